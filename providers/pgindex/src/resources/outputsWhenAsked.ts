import * as pulumi from "@pulumi/pulumi";

type Outputs = Readonly<Record<string, unknown>>;

/** A resource, and an output that it has once it is there: unknown in a preview of a change. */
type Asked = pulumi.CustomResource & { readonly valid: pulumi.Output<unknown> };

/**
 * Properties that become outputs when a program first asks for them. Pulumi's SDK keeps 25 promises
 * for each output that a constructor names, 5 kB until the resource is there, whoever asks.
 *
 * They are read where the engine keeps them, by the call with which the SDK reads a resource that
 * comes from another program. Its answer is a secret as a whole where a part of it is one, so this
 * is for resources without secrets.
 *
 * @example
 * Object.defineProperties(this, outputsWhenAsked(["oid", "drift"]));
 * this.oid; // pulumi.Output<number>, the same one each time
 */
export function outputsWhenAsked(names: readonly string[]): PropertyDescriptorMap {
  return Object.fromEntries(names.map((name) => [name, whenAsked(name)]));
}

function whenAsked(name: string): PropertyDescriptor {
  return {
    configurable: true,
    // An exported resource exports what can be enumerated.
    enumerable: true,
    get(this: Asked) {
      const value = outputsOf(this).apply((outputs) => outputs[name]);
      Object.defineProperty(this, name, { value });
      return value;
    },
  };
}

const read = new WeakMap<Asked, pulumi.Output<Outputs>>();

function outputsOf(resource: Asked): pulumi.Output<Outputs> {
  const before = read.get(resource);
  if (before) return before;
  const outputs = pulumi.all([resource.urn, resource.valid]).apply(([urn]) => readOutputs(urn));
  read.set(resource, outputs);
  return outputs;
}

function readOutputs(urn: string): pulumi.Output<Outputs> {
  return pulumi.runtime
    .invokeOutput<{ readonly state: Outputs }>("pulumi:pulumi:getResource", { urn })
    .apply(({ state }) => state);
}
