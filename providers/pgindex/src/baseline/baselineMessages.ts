import { type Advice, errorText } from "../engine/errors/advice";
import { ident } from "../engine/text/sql";
import { type Mark, tableOf } from "./bookkeeping";

export function otherStatementsAdvice(file: string): Advice {
  return {
    what: `${file} does more than create indexes`,
    why: "marked as applied, the rest of it would never run",
    fix: "split it: one migration for the indexes alone, and one for the rest",
  };
}

export function notAsMigratedAdvice(
  migration: string,
  differing: readonly string[],
  runner: string,
): Advice {
  return {
    what: `the migration ${migration} is not marked as applied`,
    why: `the database is not what it makes: ${differing.join("; ")}`,
    fix: "declare its indexes (pgindex.indexesFromSql) and let this resource depend on them",
    otherwise: `let ${runner} run it, which locks the tables against writes`,
  };
}

export function runningAdvice(runner: string): Advice {
  return {
    what: "the marks of migrations cannot be changed now",
    why: `${runner} is running: it holds its lock`,
    fix: "wait until it has ended, then run this again",
  };
}

/**
 * The rights that a mark takes: the table's, its sequence's, and those to make both where they are
 * missing.
 */
export function marksDeniedAdvice(
  mark: Mark,
  runner: string,
  role: string,
  hasTable: boolean,
  error: unknown,
): Advice {
  const [schema, table, grantee] = [ident(mark.migrationsSchema), tableOf(mark), ident(role)];
  const grants = hasTable
    ? [
        `GRANT USAGE ON SCHEMA ${schema} TO ${grantee};`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${grantee};`,
        `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${grantee};`,
      ]
    : [`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${grantee};`];
  return {
    what: `cannot use the marks of ${runner} in ${table} as role ${role}`,
    why: errorText(error),
    fix: `run: ${grants.join(" ")}`,
    otherwise: `give the Connection the role that runs ${runner}`,
  };
}
