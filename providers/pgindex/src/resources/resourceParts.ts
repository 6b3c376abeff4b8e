import * as pulumi from "@pulumi/pulumi";
import type { IndexArgs } from "./indexes/indexArgs";
import { HANDLERS, type ResourceName } from "./resourceNames";

/** A class of either front: `pulumi-pgindex`, or `pulumi-pgindex/native`. */
export interface OfFront {
  /** Whether `pulumi-resource-pgindex` serves it. */
  readonly isNative: boolean;
}

/** What a class hands to the constructor of `CustomResource`. */
export type Registered = [
  type: string,
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
];

/**
 * A resource of the class's front. Its provider is a text that Pulumi keeps in the state: a
 * constant, never serialized code, and a contract (see provider.ts). `hidden`: what only the dynamic
 * provider has to be told.
 */
export function registered(
  { isNative }: OfFront,
  of: { readonly resource: ResourceName; readonly name: string; readonly hidden?: pulumi.Inputs },
  inputs: pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
): Registered {
  const { resource, name } = of;
  const type = typeOf(resource, DYNAMIC);
  if (isNative) return [typeOf(resource, { isNative }), name, inputs, formerly(type, options)];
  if (options?.import !== undefined) throw new pulumi.RunError(noImportText(resource, name));
  const provider = `require("pulumi-pgindex/provider").v1.${HANDLERS[resource]}`;
  const hidden = {
    ...of.hidden,
    __provider: `exports.handler = () => ${provider}`,
    __urn: hiddenUrn(name, type, options),
  };
  return [type, name, { ...inputs, ...hidden }, options];
}

/** Pulumi's SDK reads what it was not sent, and fails with a TypeError before it asks us. */
const noImportText = (resource: ResourceName, name: string) =>
  `refused: the option \`import\` of ${resource} "${name}"\n` +
  "  why: Pulumi's dynamic providers cannot import\n" +
  "  fix: leave it out: pulumi up adopts what stands as declared, and builds nothing\n" +
  "  or:  import it with the native provider: docs/native.md";

const DYNAMIC: OfFront = { isNative: false };

/**
 * Lets errors have no stack, and gives the limit that they had. Pulumi's SDK takes one for each of
 * four promises an output, to tell which was never kept; mapped to TypeScript they are a third of a
 * program of 300 indexes. Where a resource is in the program it asks for with a limit of its own.
 */
export function withoutStacks(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  return limit;
}

/** The prefix routes it to Pulumi's dynamic-provider plugin, or to ours. */
export function typeOf(name: ResourceName, { isNative }: OfFront): string {
  return isNative ? `pgindex:index:${name}` : `pulumi-nodejs:pgindex:${name}`;
}

/** What a class whose check also shows the plan is told in a preview. */
export function hiddenPreview(): { readonly __preview?: true } {
  return pulumi.runtime.isDryRun() ? { __preview: true } : {};
}

/**
 * The resource's own URN as an input, which lets the provider write progress to the resource's row.
 * Within a component it is a promise, because the Output deadlocks there.
 */
function hiddenUrn(
  name: string,
  type: string,
  options?: pulumi.CustomResourceOptions,
): string | Promise<string> {
  const parent = options?.parent;
  if (!parent) return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
  return new Promise((resolve) => {
    pulumi.createUrn(name, type, parent).apply((urn) => resolve(urn));
  });
}

/** Takes over the resource that had another type. */
export function formerly<Options extends pulumi.ResourceOptions>(
  type: string,
  options: Options | undefined,
): Options {
  return { ...options, aliases: [...(options?.aliases ?? []), { type }] } as Options;
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
