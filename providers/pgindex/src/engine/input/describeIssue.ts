import type { z } from "zod";
import type { Problem } from "../errors/advice";
import { didYouMean, similarNames } from "../text/similarNames";
import { argumentNames, meantArguments, needlessFix } from "./argumentNames";

/** One issue of zod's at one place. */
export interface FlatIssue {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

/** What was parsed, and with which schema. */
export interface Asked {
  readonly schema: z.ZodType;
  readonly raw: unknown;
}

/** The arguments that an unknown one at `path` may stand for. */
export function meantBy(path: readonly PropertyKey[], { schema }: Asked): string[] {
  return meantArguments(String(path.at(-1)), argumentNames(schema, path.slice(0, -1)));
}

export function isMissing({ issue }: FlatIssue): boolean {
  return issue.code === "invalid_type" && /received undefined/.test(issue.message);
}

/** The problem and its fix, for an issue whose schema gives none of its own. */
export function describeIssue(flat: FlatIssue, asked: Asked): Omit<Problem, "path"> {
  const { issue, path } = flat;
  const message = issue.message.replace(/^Invalid input: /, "");
  switch (issue.code) {
    case "unrecognized_keys": {
      const meant = didYouMean(meantBy(path, asked));
      const fix = needlessFix(String(path.at(-1))) ?? meant ?? SPELLING;
      return { message: "is not an argument", fix };
    }
    case "invalid_type":
      if (isMissing(flat)) return { message: "is missing", fix: `add it (${issue.expected})` };
      return { message, fix: formFix(issue.expected) };
    case "invalid_value": {
      const meant = didYouMean(similarNames(textAt(asked.raw, path), issue.values.map(String)));
      return { message, fix: meant ?? "write one of these" };
    }
    case "invalid_union":
      return unionProblem(issue);
    default:
      return { message, fix: REFERENCE };
  }
}

const SPELLING = "remove it, or check its spelling in the reference";
const REFERENCE = "see the argument reference";

/** How each kind of value is written. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ["array", 'a list, such as ["…"]'],
  ["record", "an object, such as { name: value }"],
  ["object", "an object, such as { name: value }"],
  ["string", 'a text in quotes, "…"'],
  ["number", "a number without quotes"],
  ["int", "a whole number"],
  ["boolean", "true or false, without quotes"],
]);

function formFix(expected: string): string {
  const form = FORMS.get(expected);
  return form ? `write ${form}` : REFERENCE;
}

/** None of the union's branches takes a value of this type. */
function unionProblem(issue: z.core.$ZodIssueInvalidUnion): Omit<Problem, "path"> {
  const wrong = issue.errors.flat().filter((inner) => inner.code === "invalid_type");
  const expected = new Set(wrong.map((inner) => inner.expected));
  const kinds = [...expected].join(", ").replace(/, ([^,]*)$/, " or $1");
  return { message: `is not ${kinds}`, fix: `write ${kinds}` };
}

/** What was written at the path, if it was a text. */
function textAt(raw: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>((it, key) => Reflect.get(Object(it), key), raw);
  return typeof value === "string" ? value : "";
}
