import type { Advice } from "../../errors/advice";

/** Everything that is said of workloads. */

const FORM = "SQL statements, each ended by a semicolon, as the application sends them";

export function notTextAdvice(file: string): Advice {
  return {
    what: `${file} is not a file of queries: it is no text in UTF-8`,
    why: "the application's statements are read from it",
    fix: `name a file of ${FORM}`,
  };
}

export function noQueriesAdvice(file: string, statements: number): Advice {
  return {
    what: `${file} has no query${statements > 0 ? `: none of its ${statements} statements is planned` : ""}`,
    why: "only SELECT, INSERT, UPDATE, DELETE and MERGE can gain by an index",
    fix: `name a file of ${FORM}`,
  };
}

export function unparsableQueryAdvice(place: string, reason: string): Advice {
  return {
    what: `${place} is not SQL that PostgreSQL can parse${reason}`,
    why: "a workload of which a part is missing would be another workload",
    fix: `correct it, or remove it; the file has ${FORM}`,
    otherwise: "write a placeholder as $1, not as ?, :name or %s",
  };
}

export function strangeNumberAdvice(place: string, comment: string): Advice {
  return {
    what: `${place}: the comment before the query has no number where one should be: ${comment}`,
    why: "how often a query runs decides what an index is worth",
    fix: "write it like this: -- calls: 1200, mean: 3.5 ms",
  };
}

/** These follow "could not look, because". */

export function notInstalled(): string {
  return (
    "the database has no extension pg_stat_statements; do: put it into shared_preload_libraries, " +
    "restart, and CREATE EXTENSION pg_stat_statements; or give a file with --queries"
  );
}

export function notLoaded(): string {
  return (
    "pg_stat_statements is created in the database, but the server has not loaded it; do: put it " +
    "into shared_preload_libraries and restart; or give a file with --queries"
  );
}

export function mayNotRead(role: string): string {
  return (
    `the role ${role} may not see the statements of others; do: GRANT pg_read_all_stats TO ` +
    `${role}; or give a file with --queries`
  );
}

export function nothingRecorded(): string {
  return (
    "pg_stat_statements has no statement of this database yet that could gain by an index; do: " +
    "let the application run for a while; or give a file with --queries"
  );
}

export function noOwnTable(source: string, searchPath: readonly string[]): string {
  return (
    `no statement of ${source} names a table of this database (names without a schema were looked ` +
    `for in ${searchPath.join(", ")}); do: name the schema with --schema, or another database`
  );
}

export function evicted(times: number): string {
  return (
    `pg_stat_statements has forgotten statements ${times.toLocaleString("en-US")} times to make ` +
    "room: rare ones are missing (pg_stat_statements.max)"
  );
}

export function someHidden(count: number, role: string): string {
  return (
    `${count} statements of other roles are hidden from ${role}: ` +
    `GRANT pg_read_all_stats TO ${role}`
  );
}
