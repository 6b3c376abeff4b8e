import type { z } from "zod";
import type { Problem } from "../errors/advice";
import { type Asked, describeIssue, type FlatIssue, isMissing, meantBy } from "./describeIssue";
import { pathsOverlap, unknownPaths } from "./unknownValues";
import { unsendableTexts } from "./unsendableText";

/** The result of parsing: a value, every problem of the input, or "not known yet". */
export type Parsed<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] }
  | { readonly kind: "unknown" };

/**
 * For a check across several properties. By default Zod runs it only when each property is valid;
 * with this option it always runs, so the user sees all problems together.
 */
export const BESIDE_OTHER_PROBLEMS = {
  when: ({ value }: { readonly value: unknown }) => typeof value === "object" && value !== null,
};

/**
 * Parses with any of our schemas: the one place that turns zod issues into problems.
 *
 * @internal
 */
export function parseWith<S extends z.ZodType>(schema: S, raw: unknown): Parsed<z.output<S>> {
  const unknown = unknownPaths(raw);
  const result = schema.safeParse(raw);
  const issues = (result.error?.issues ?? [])
    .flatMap((issue) => flatten(issue, []))
    .filter((issue) => !unknown.some((path) => pathsOverlap(issue.path, path)));
  const told = problemsOf(issues, { schema, raw });
  const unsendable = unsendableTexts(raw)
    .map(({ path, message, fix }) => ({ path: renderPath(path), message, fix }))
    .filter(({ path }) => !told.some((other) => other.path === path));
  const problems = [...told, ...unsendable];
  if (problems.length > 0) return { kind: "problems", problems };
  if (unknown.length > 0) return { kind: "unknown" };
  return { kind: "ok", value: result.data as z.output<S> };
}

/**
 * A union reports one list of issues per branch; the user meant the first branch whose type fits.
 */
function flatten(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): FlatIssue[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ issue, path: [...path, key] }));
  }
  if (issue.code !== "invalid_union") return [{ issue, path }];
  const rightType = issue.errors.filter(
    (branch) => !branch.some((inner) => inner.code === "invalid_type" && inner.path.length === 0),
  );
  const meant = rightType[0];
  return meant ? meant.flatMap((inner) => flatten(inner, path)) : [{ issue, path }];
}

function problemsOf(issues: readonly FlatIssue[], asked: Asked): Problem[] {
  const meant = issues.flatMap((issue) => meantPaths(issue, asked));
  // An argument under another name is one problem, not two.
  const told = issues.filter((issue) => !isMissing(issue) || !meant.includes(issue.path.join()));
  return told.map((flat) => {
    const [message = "", fix] = flat.issue.message.split(FIX_SEPARATOR);
    const described = fix === undefined ? describeIssue(flat, asked) : { message, fix };
    return { path: renderPath(flat.path), ...described };
  });
}

/** The paths of the arguments that an unknown one may stand for. */
function meantPaths({ issue, path }: FlatIssue, asked: Asked): string[] {
  if (issue.code !== "unrecognized_keys") return [];
  return meantBy(path, asked).map((name) => [...path.slice(0, -1), name].join());
}

/** `columns[1].expression` */
export function renderPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

/** Separates the problem from its fix in a zod message. */
export const FIX_SEPARATOR = "\u0001";

/** A zod message that carries both the problem and its fix. */
export function issueMessage(message: string, fix: string): string {
  return `${message}${FIX_SEPARATOR}${fix}`;
}
