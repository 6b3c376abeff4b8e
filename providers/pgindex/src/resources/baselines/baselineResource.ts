import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import { lineEndHashes } from "../../baseline/migrationSql";
import {
  hiddenUrn,
  type ProviderKind,
  providedBy,
  type ResourceName,
  typeOf,
  undefinedOutputs,
} from "../resourceParts";

/**
 * The arguments a baseline class passes to Pulumi's constructor: the mark, from the migration's
 * files and the arguments, and the indexes the migration creates. `file`: the migration's, where
 * the tool records a hash of it.
 */
export function baselineResource(
  of: { readonly resource: ResourceName; readonly provider: ProviderKind; readonly name: string },
  {
    indexes,
    file,
    ...mark
  }: { readonly indexes: readonly unknown[]; readonly file?: string } & pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
): [type: string, name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions] {
  const type = typeOf(of.resource);
  const inputs = {
    ...undefinedOutputs(["adopted", "schemaVersion"]),
    ...mark,
    indexes: indexes as pulumi.Input<unknown>,
    __lineEnds: file === undefined ? undefined : lineEndHashes(readFileSync(file, "utf8")),
    __provider: providedBy(of.provider),
    __urn: hiddenUrn(of.name, type, options),
  };
  return [type, of.name, inputs, options];
}
