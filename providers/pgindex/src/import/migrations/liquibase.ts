import { PgIndexError } from "../../engine/errors/advice";
import type { Doubt, Script } from "../sql/scriptState";
import { firstStatementLine, type Lines } from "./lines";
import {
  conditionalChangesetAdvice,
  outsideChangesetAdvice,
  strayChangesetAdvice,
} from "./migrationMessages";

/**
 * Liquibase's formatted SQL. Its rollbacks are comments, which PostgreSQL's parser skips.
 *
 * @see https://docs.liquibase.com/concepts/changelogs/sql-format.html
 */
export function isLiquibase(lines: readonly string[]): boolean {
  const first = lines.find((line) => line.trim() !== "") ?? "";
  return /^\s*--\s*liquibase\s*formatted/i.test(first);
}

const CHANGESET = /^\s*--\s*changeset\s+("[^"]+"|[^:]+):\s*("[^"]+"|\S+)/i;
const NEARLY_CHANGESET = /^\s*-{1,2}\s*changeset\b/i;
const IGNORED = /^\s*--\s*ignoreLines:(\w+)/i;
const CONDITION = /^\s*--\s*(preconditions?\b.*)$/i;

/** Lines of changesets that are for other systems, or ignored, are empty. */
export function liquibasePart({ lines, title }: Lines): Pick<Script, "sql" | "doubts"> {
  const kept = withoutIgnoredLines(lines);
  const starts = kept.flatMap((line, i) => (isChangeset(line, `${title}:${i + 1}`) ? [i] : []));
  const head = kept.slice(0, starts[0]);
  const stray = firstStatementLine(head);
  if (stray) throw new PgIndexError(outsideChangesetAdvice(`${title}:${stray}`));
  const changesets = starts.map((from, i) => ({ from, to: starts[i + 1] ?? kept.length }));
  const texts = changesets.map(({ from, to }) => {
    const inside = kept.slice(from, to);
    return isForPostgres(inside[0] ?? "") ? inside : inside.map(() => "");
  });
  const doubts = changesets.flatMap(({ from, to }) => doubtsOf(kept, from, to));
  return { sql: [...head, ...texts.flat()].join("\n"), doubts };
}

function isChangeset(line: string, place: string): boolean {
  if (CHANGESET.test(line)) return true;
  if (NEARLY_CHANGESET.test(line)) throw new PgIndexError(strayChangesetAdvice(place, line.trim()));
  return false;
}

function withoutIgnoredLines(lines: readonly string[]): string[] {
  let left = 0;
  return lines.map((line) => {
    const mark = IGNORED.exec(line)?.[1]?.toLowerCase();
    if (mark === "end") left = 0;
    else if (left > 0) left -= 1;
    else if (mark === "start") left = Number.POSITIVE_INFINITY;
    else if (mark !== undefined) left = Number(mark);
    else return line;
    return "";
  });
}

/** By its attributes `ignore` and `dbms`: names, or names that are excluded with `!`. */
function isForPostgres(changeset: string): boolean {
  if (/\bignore:true\b/i.test(changeset)) return false;
  const names = /\bdbms:"?([\w!,]+)/i.exec(changeset)?.[1]?.toLowerCase().split(",");
  if (names === undefined || names.includes("all")) return true;
  if (names.includes("!postgresql")) return false;
  return names.includes("postgresql") || names.every((name) => name.startsWith("!"));
}

/**
 * What decides at the time of the run whether a changeset is run. That an index is created on a
 * condition mostly means that it is not there yet.
 */
function doubtsOf(lines: readonly string[], from: number, to: number): Doubt[] {
  const [changeset = "", ...inside] = lines.slice(from, to);
  const attribute = /\b(context(?:Filter)?|labels):\S+/i.exec(changeset)?.[0];
  const condition = inside.map((line) => CONDITION.exec(line)?.[1]?.trim()).find(Boolean);
  const reason = attribute ?? condition;
  if (reason === undefined) return [];
  const advice = (place: string) => conditionalChangesetAdvice(place, from + 1, reason);
  const note = (place: string) =>
    `the CREATE INDEX at ${place} was read, although its changeset has ${reason}`;
  return [{ from: from + 1, to, advice, ...(attribute === undefined ? { note } : {}) }];
}
