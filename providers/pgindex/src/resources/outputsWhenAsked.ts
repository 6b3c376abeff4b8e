import * as pulumi from "@pulumi/pulumi";

interface Kept {
  readonly state: Readonly<Record<string, unknown>>;
}

/** A resource, and an output that it has once it is there: unknown in a preview of a change. */
type Asked = pulumi.CustomResource & { readonly valid: pulumi.Output<unknown> };

/**
 * Properties that become outputs when a program first asks for them. Pulumi's SDK keeps 25 promises
 * for each output that a constructor names, 5 kB until the resource is there, whoever asks.
 *
 * They are read where the engine keeps them, by the call with which the SDK reads a resource that a
 * component hands over. Its answer is a secret as a whole where a part of it is one, so this is for
 * resources without secrets. To read it takes longer than to be sent it: for what few ask.
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
      const value = keptOf(this).apply(({ state }) => state[name]);
      Object.defineProperty(this, name, { value });
      return value;
    },
  };
}

const read = new WeakMap<Asked, pulumi.Output<Kept>>();

function keptOf(resource: Asked): pulumi.Output<Kept> {
  const before = read.get(resource);
  if (before) return before;
  const kept = pulumi.all([resource.urn, resource.valid]).apply(([urn]) => readKept(urn));
  read.set(resource, kept);
  return kept;
}

function readKept(urn: string): pulumi.Output<Kept> {
  return pulumi.runtime.invokeOutput("pulumi:pulumi:getResource", { urn });
}
