/**
 * What Pulumi sends in place of any value that is not known yet
 * (`unknownValue` in `@pulumi/pulumi/runtime/rpc`; a constant of Pulumi's wire protocol).
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The paths within `value` that hold an unknown. */
export function unknownPaths(value: unknown, path: readonly PropertyKey[] = []): PropertyKey[][] {
  if (value === UNKNOWN) return [[...path]];
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) =>
    unknownPaths((value as Record<PropertyKey, unknown>)[key], [...path, key]),
  );
}

/** Whether a problem at `path` can be due only to the value at `unknown` not being known yet. */
export function pathsOverlap(
  path: readonly PropertyKey[],
  unknown: readonly PropertyKey[],
): boolean {
  const length = Math.min(path.length, unknown.length);
  return path.slice(0, length).every((key, i) => key === unknown[i]);
}
