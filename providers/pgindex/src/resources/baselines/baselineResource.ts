import type * as pulumi from "@pulumi/pulumi";
import { baselineInputs } from "../../baseline/baselineInputs";
import type { ResourceName } from "../resourceNames";
import { type OfFront, type Registered, registered, undefinedOutputs } from "../resourceParts";

/**
 * The arguments a baseline class passes to Pulumi's constructor: the mark, from the migration's
 * files and the arguments, and the indexes the migration creates.
 */
export function baselineResource(
  front: OfFront,
  of: { readonly resource: ResourceName; readonly name: string },
  read: Parameters<typeof baselineInputs>[0],
  options: pulumi.CustomResourceOptions | undefined,
): Registered {
  const inputs = { ...undefinedOutputs(["adopted", "schemaVersion"]), ...baselineInputs(read) };
  return registered(front, of, inputs, options);
}
