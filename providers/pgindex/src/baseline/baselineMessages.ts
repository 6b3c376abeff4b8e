import { nameInUrn } from "../engine/declare/ownershipMark";
import { type Advice, errorText } from "../engine/errors/advice";
import type { Login } from "../engine/reach/login";
import type { ReachedFunction } from "../engine/reach/reach";
import { ident } from "../engine/text/sql";
import { type Mark, tableOf } from "./bookkeeping";

const SPLIT = "split it: one migration for only the indexes, and one for the rest";

export function otherStatementsAdvice(file: string, fix: string = SPLIT): Advice {
  return {
    what: `${file} does more than create indexes`,
    why: "once it is marked as applied, the rest of it would never run",
    fix,
  };
}

export function notAsMigratedAdvice(
  migration: string,
  differing: readonly string[],
  runner: string,
): Advice {
  return {
    what: `the migration ${migration} is not marked as applied`,
    why: `the database differs from the migration: ${differing.join("; ")}`,
    fix: "declare its indexes (pgindex.indexesFromSql) and make this resource depend on them",
    otherwise: `let ${runner} run it, which blocks writes to the tables`,
  };
}

export function runningAdvice(runner: string): Advice {
  return {
    what: "cannot change the record of applied migrations now",
    why: `${runner} is running and holds its lock`,
    fix: "wait until it ends, then run this again",
  };
}

/**
 * Why a mark stays when its entry in the state is deleted. `heir`: the URN of the resource that
 * declares it now. `stays`: what a destroy does not take back of what the migration did.
 */
export function keptMarkText({ migration }: Mark, heir?: string, stays?: string): string {
  const gone = "this entry no longer holds it, or it was gone";
  const reason = heir === undefined ? (stays ?? gone) : `it is now declared as ${nameInUrn(heir)}`;
  return `the mark of ${migration} is kept: ${reason}`;
}

/** What the server denied to whom. */
interface MarksDenied {
  readonly runner: string;
  readonly role: string;
  readonly hasTable: boolean;
  readonly error: unknown;
}

/**
 * Names the privileges a mark needs: on the table and its sequence, or to create both if they are
 * missing.
 */
export function marksDeniedAdvice(
  mark: Mark,
  { runner, role, hasTable, error }: MarksDenied,
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
    what: `cannot use the table ${table} of ${runner} as role ${role}`,
    why: errorText(error),
    fix: `run: ${grants.join(" ")}`,
    otherwise: `give the Connection the role that runs ${runner}`,
  };
}

/** Code of others that reading or writing the tool's table would run. */
export function foreignCodeAdvice(
  mark: Mark,
  { signature, owner }: ReachedFunction,
  { name, might }: Login,
): Advice {
  return {
    what: `refused to look for ${mark.migration} in ${tableOf(mark)}`,
    why:
      `the table would run ${signature}, which belongs to ${owner}, with the rights of ${name} ` +
      `(${might}); nothing ran`,
    fix: `connect as ${owner}, or as another ordinary role that may write the table`,
    otherwise: `if you trust its text: ALTER FUNCTION ${signature} OWNER TO ${ident(name)};`,
  };
}
