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
 * What the class of a baseline gives to Pulumi: the mark as its files and its arguments say it, and
 * the indexes that the migration makes.
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
