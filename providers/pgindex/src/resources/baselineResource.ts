import type * as pulumi from "@pulumi/pulumi";
import {
  hiddenUrn,
  type ProviderKind,
  providedBy,
  type ResourceName,
  typeOf,
  undefinedOutputs,
} from "./resourceParts";

/**
 * The arguments a baseline class passes to Pulumi's constructor: the mark, from the migration's
 * files and the arguments, and the indexes the migration creates.
 */
export function baselineResource(
  of: { readonly resource: ResourceName; readonly provider: ProviderKind; readonly name: string },
  { indexes, ...mark }: { readonly indexes: readonly unknown[] } & pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
): [type: string, name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions] {
  const type = typeOf(of.resource);
  const inputs = {
    ...undefinedOutputs(["adopted", "schemaVersion"]),
    ...mark,
    indexes: indexes as pulumi.Input<unknown>,
    __provider: providedBy(of.provider),
    __urn: hiddenUrn(of.name, type, options),
  };
  return [type, of.name, inputs, options];
}
