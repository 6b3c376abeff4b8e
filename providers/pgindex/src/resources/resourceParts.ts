import * as pulumi from "@pulumi/pulumi";
import type { IndexArgs } from "./indexes/indexArgs";

/** The provider's name in provider.ts. */
export type ProviderKind =
  | "index"
  | "verification"
  | "gate"
  | "backup"
  | "baseline"
  | "drizzleStatements"
  | "nodePgMigrateBaseline"
  | "prismaBaseline";

export type ResourceName =
  | "Index"
  | "Verification"
  | "PromotionGate"
  | "Backup"
  | "DrizzleBaseline"
  | "DrizzleStatements"
  | "NodePgMigrateBaseline"
  | "PrismaBaseline";

/**
 * The provider's source as Pulumi keeps it in state: a constant, never serialized code. It is a
 * contract (see provider.ts).
 */
export function providedBy(kind: ProviderKind): string {
  return `exports.handler = () => require("pulumi-pgindex/provider").v1.${kind}`;
}

/**
 * The Pulumi type of one of our resources. The prefix routes it to Pulumi's dynamic-provider
 * plugin.
 */
export function typeOf(name: ResourceName): string {
  return `pulumi-nodejs:pgindex:${name}`;
}

/**
 * The resource's own URN as an input, which lets the provider write progress to the resource's row.
 * It is a promise because the Output deadlocks inside a component.
 */
export function hiddenUrn(
  name: string,
  type: string,
  options?: pulumi.CustomResourceOptions,
): Promise<string> {
  return new Promise((resolve) => {
    pulumi.createUrn(name, type, options?.parent).apply((urn) => resolve(urn));
  });
}

/** Pulumi sets a property only if the constructor names it, so every output is named here. */
export function undefinedOutputs(names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/**
 * The arguments that define an index: everything but the queries it serves, its gates and how a
 * preview checks it.
 */
export function declarationOf({
  serves: _,
  validateInPreview: __,
  gate: ___,
  ...declaration
}: IndexArgs): Omit<IndexArgs, "serves" | "validateInPreview" | "gate"> {
  return declaration;
}
