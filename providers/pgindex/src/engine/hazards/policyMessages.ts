import { type Advice, NOTHING_CHANGED } from "../errors/advice";
import type { JudgedHazard } from "./hazard";
import { HAZARD_KINDS } from "./hazardKinds";
import type { HazardOption } from "./kinds/hazardKind";
import type { Decider, HazardRule } from "./rules";

const DENIED_BY: Readonly<Record<Decider, string | undefined>> = {
  resource: "the resource's hazards deny it",
  connection: "the hazards of the Connection or the stack deny it",
  production: "it is denied in production",
  default: undefined,
};

export function deniedNote(by: Decider, rule: HazardRule | undefined): string[] {
  const text = DENIED_BY[by];
  return text === undefined ? [] : [rule?.reason ? `${text} ("${rule.reason}")` : text];
}

export function allowedNote(
  rule: HazardRule | undefined,
  option: HazardOption | undefined,
): string[] {
  if (option) return [option];
  if (rule?.reason === undefined) return [];
  return [`"${rule.reason}"${rule.expires === undefined ? "" : ` until ${rule.expires}`}`];
}

export function expiredNote({ action, reason, expires }: HazardRule): string {
  const why = reason === undefined ? "" : ` ("${reason}")`;
  return `its exception "${action}"${why} expired on ${expires}`;
}

/**
 * What is said of a hazard.
 *
 * @example
 * // old-transaction: the build will wait for pid 7 (app, psql, idle in transaction for 2 h): end it: …
 */
export function hazardLine({ code, message, fix, action, note }: JudgedHazard): string {
  const noted = note === undefined ? "" : ` (${note})`;
  return action === "allow"
    ? `${code}: allowed${noted}: ${message}`
    : `${code}: ${message}: ${fix}${noted}`;
}

/** How loud a line of a preview is. */
export function severityOf(line: string, hazards: readonly JudgedHazard[]): "info" | "warning" {
  const isLoud = (each: JudgedHazard) => each.severity !== "info" && each.action !== "allow";
  return hazards.some((each) => isLoud(each) && hazardLine(each) === line) ? "warning" : "info";
}

/** Refuses what the policy denies: all of it at once. */
export function deniedAdvice([first, ...more]: readonly [JudgedHazard, ...JudgedHazard[]]): Advice {
  const all = [first, ...more];
  const codes = [...new Set(all.map(({ code }) => code))];
  return {
    what: `${first.severity === "error" ? "" : "refused: "}${joined(all, ({ message }) => message)}`,
    why: `${joined(all, whyOf)}; ${NOTHING_CHANGED}`,
    fix: joined(all, ({ fix }) => fix),
    otherwise:
      `allow it, with a reason: hazards: { ${codes.map(exception).join(", ")} } of the resource, ` +
      "of the Connection, or pgindex:hazards of the stack",
    code: first.code,
  };
}

const exception = (code: string) =>
  `"${code}": { action: "warn", reason: "…", expires: "YYYY-MM-DD" }`;

function whyOf({ code, cause, note }: JudgedHazard): string {
  const why = `${cause ?? HAZARD_KINDS[code].why} [${code}]`;
  return note === undefined ? why : `${why}; ${note}`;
}

function joined(all: readonly JudgedHazard[], text: (hazard: JudgedHazard) => string): string {
  return [...new Set(all.map(text))].join("; ");
}
