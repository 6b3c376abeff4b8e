import * as pulumi from "@pulumi/pulumi";

/**
 * Where the arguments hold secrets: `["predicate"]`, `["columns.0.expression"]`. Promises and outputs
 * are looked at as they are; what is within them is one value.
 */
export async function secretPaths(value: unknown, path = ""): Promise<string[]> {
  if (pulumi.Output.isInstance(value) || value instanceof Promise)
    return (await pulumi.isSecret(pulumi.output(value))) ? [path] : [];
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return [];
  const within = Object.entries(value).map(([key, child]) =>
    secretPaths(child, path === "" ? key : `${path}.${key}`),
  );
  return (await Promise.all(within)).flat();
}

/**
 * Inputs that keep secret arguments secret: Pulumi makes an output secret if the input of its name
 * is, so each output that repeats an argument gets such an input. `__secret` says where the secrets
 * are, for messages. None of them is sent where no argument is secret.
 *
 * @example hiddenSecrets({ predicate: pulumi.secret("a = 'x'") }, ["statement"])
 * // { __secret: ["predicate"], statement: "[secret]" }
 */
export function hiddenSecrets(
  args: unknown,
  outputs: readonly string[],
): Record<string, pulumi.Input<unknown>> {
  if (!canHoldSecrets(args)) return {};
  const paths = secretPaths(args);
  const whereSecret = <T>(value: T) => paths.then(({ length }) => (length > 0 ? value : undefined));
  const placeholder = whereSecret(pulumi.secret("[secret]"));
  return {
    ...Object.fromEntries(outputs.map((name) => [name, placeholder])),
    __secret: paths.then((all) => (all.length > 0 ? all : undefined)),
  };
}

/**
 * Whether arguments are more than plain values. Pulumi keeps 25 promises for each input that is one,
 * so plain arguments get none.
 */
function canHoldSecrets(value: unknown): boolean {
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value))
    return false;
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return Object.values(value).some(canHoldSecrets);
}
