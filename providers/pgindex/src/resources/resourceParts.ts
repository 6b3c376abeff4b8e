import * as pulumi from "@pulumi/pulumi";
import type { IndexArgs } from "./indexArgs";

/** What provider.ts has under this name. */
export type ProviderKind =
  | "index"
  | "verification"
  | "gate"
  | "backup"
  | "baseline"
  | "nodePgMigrateBaseline"
  | "prismaBaseline";

export type ResourceName =
  | "Index"
  | "Verification"
  | "PromotionGate"
  | "Backup"
  | "DrizzleBaseline"
  | "NodePgMigrateBaseline"
  | "PrismaBaseline";

/**
 * The provider's text that Pulumi keeps in state: a constant, never serialized code. It is a
 * contract (see provider.ts).
 */
export function providedBy(kind: ProviderKind): string {
  return `exports.handler = () => require("pulumi-pgindex/provider").v1.${kind}`;
}

/**
 * Pulumi's type of a resource of this package. The prefix routes it to Pulumi's dynamic-provider
 * plugin.
 */
export function typeOf(name: ResourceName): string {
  return `pulumi-nodejs:pgindex:${name}`;
}

/**
 * The resource's own URN as an input, so that the provider can write progress into the resource's
 * row. A promise, since the Output dead-locks below a component.
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

/**
 * Every output a resource has must be named in its constructor, or Pulumi does not set the
 * property.
 */
export function undefinedOutputs(names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/**
 * Of an index's arguments, those that define it: neither the queries that it serves nor how a
 * preview asks about it.
 */
export function declarationOf({
  serves: _,
  validateInPreview: __,
  ...declaration
}: IndexArgs): Omit<IndexArgs, "serves" | "validateInPreview"> {
  return declaration;
}
