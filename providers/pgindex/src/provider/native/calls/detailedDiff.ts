import { isDeepStrictEqual } from "node:util";

export type ChangeKind = "add" | "delete" | "update";

/** The paths at which two values differ, as Pulumi writes them: `columns[1].order`. */
export function changedPaths(
  before: unknown,
  after: unknown,
  path = "",
): readonly (readonly [path: string, kind: ChangeKind])[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [[path, "add"]];
  if (after === undefined) return [[path, "delete"]];
  const areLists = Array.isArray(before) && Array.isArray(after);
  if (!areLists && !(isRecord(before) && isRecord(after))) return [[path, "update"]];
  const [olds, news] = [before, after] as Readonly<Record<string, unknown>>[];
  const keys = [...new Set([...Object.keys(olds ?? {}), ...Object.keys(news ?? {})])];
  return keys.flatMap((key) =>
    changedPaths(olds?.[key], news?.[key], areLists ? `${path}[${key}]` : joined(path, key)),
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joined(path: string, key: string): string {
  const name = /^\w+$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return path === "" || name !== key ? `${path}${name}` : `${path}.${name}`;
}

/** The property that a path begins with. */
export function rootOf(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}

/** Whether a path is another, or stands within it. */
export function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && ["", ".", "["].includes(path.charAt(outer.length));
}
