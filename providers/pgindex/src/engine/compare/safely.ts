import type { LiveIndex } from "../catalog/liveIndex";
import { fragmentsOf, type IndexDefinition } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { onlyCatalog, parsedFragments } from "../reach/parsedText";
import { functionsReached, type Root } from "../reach/reach";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { literal } from "../text/sql";
import {
  type ForeignCode,
  foreignCodeAdvice,
  type OwnerRights,
  ownerAdvice,
  parsedCodeAdvice,
} from "./safelyMessages";

/** Runs statements, one after the other, within the transaction. */
export type RunSafely = (statements: readonly string[]) => Promise<void>;

/**
 * How to try a declaration on a clone so that code of the database's own runs with no more rights
 * than the table's owner has.
 *
 * CREATE INDEX becomes the owner of its table for that, but the owner of a clone is whoever makes
 * it, and to parse and plan the statement runs code too. What calls nobody's code, or only that of
 * roles that can become our login anyway, is run as it is. Anything else runs in a function of the
 * table's owner (SECURITY DEFINER), from which nothing gets back to our login: SET ROLE is refused
 * there. Throws {@link PgIndexError} where neither is possible.
 *
 * @see https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
export async function safely(
  session: Session,
  desired: IndexDefinition,
  similar?: Pick<LiveIndex, "oid">,
): Promise<RunSafely> {
  await onlyCatalog(session);
  const [rights] = await session.query<OwnerRights>(ownerRightsSql(session.serverVersion), [
    desired.schema,
    desired.table,
  ]);
  if (!rights || rights.isLogin) return (statements) => runAll(session, statements);
  const foreign = await foreignCode(session, desired, similar, rights);
  if (foreign.length === 0) return (statements) => runAll(session, statements);
  const parsed = foreign.find(({ moment }) => moment === "parsed");
  if (parsed) throw new PgIndexError(parsedCodeAdvice(desired, parsed, rights));
  if (!rights.canBe) throw new PgIndexError(foreignCodeAdvice(desired, foreign, rights));
  return (statements) => runAsOwner(session, desired, rights, statements);
}

async function runAll(session: Session, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.query(statement);
}

/** Before 16, every member can act as the role. */
function ownerRightsSql(serverVersion: number): string {
  const member = serverVersion >= 160000 ? "SET" : "MEMBER";
  return `
SELECT pg_get_userbyid(c.relowner)::text AS owner, session_user::text AS login,
       current_database()::text AS database, n.nspname::text AS schema,
       pg_get_userbyid(c.relowner) = session_user AS "isLogin",
       pg_has_role(session_user, c.relowner, '${member}') AS "canBe",
       has_database_privilege(c.relowner, current_database(), 'TEMPORARY') AS "makesTemporary",
       has_schema_privilege(c.relowner, n.oid, 'USAGE') AS "usesSchema",
       EXISTS (SELECT FROM pg_amproc a JOIN pg_proc p ON p.oid = a.amproc
                 JOIN pg_language l ON l.oid = p.prolang
                WHERE l.lanname NOT IN ('c', 'internal')
                  AND NOT pg_has_role(p.proowner, session_user, 'MEMBER')) AS "hasForeignClass"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname = $2`;
}

/** Calls by code that our login cannot trust; a text that cannot be parsed may have any. */
async function foreignCode(
  session: Session,
  desired: IndexDefinition,
  similar: Pick<LiveIndex, "oid"> | undefined,
  { canBe, hasForeignClass }: OwnerRights,
): Promise<readonly ForeignCode[]> {
  // It hides nothing: what runs while the statement is parsed would run in the build, too.
  const classes: ForeignCode[] = hasForeignClass
    ? [{ signature: "an operator class", moment: "run" }]
    : [];
  if (fragmentsOf(desired).length === 0) return classes;
  await session.query("SAVEPOINT parse");
  try {
    const tree = await parsedFragments(session, desired);
    const roots: Root[] = [
      { kind: "tree", tree, isExpression: true },
      ...(await treesOf(session, similar)),
    ];
    const reached = await functionsReached(session, roots, desired.searchPath);
    return [...classes, ...reached.filter(({ isForeign }) => isForeign)];
  } catch (error) {
    if (sqlState(error) === undefined || !canBe) throw error;
    return [{ signature: "what could not be parsed", moment: "run" }];
  } finally {
    await session.query("ROLLBACK TO SAVEPOINT parse");
  }
}

/** Of a standing index, which is printed and parsed again. */
async function treesOf(session: Session, index?: Pick<LiveIndex, "oid">): Promise<Root[]> {
  if (!index) return [];
  const rows = await session.query<{ tree: string }>(
    `SELECT t AS tree FROM pg_index, unnest(ARRAY[indexprs, indpred]::text[]) AS t
      WHERE indexrelid = $1::int8::oid AND t IS NOT NULL`,
    [index.oid],
  );
  return rows.map(({ tree }) => ({ kind: "tree", tree, isExpression: true }));
}

/** The session stays the owner until the transaction ends. */
async function runAsOwner(
  session: Session,
  desired: IndexDefinition,
  rights: OwnerRights,
  statements: readonly string[],
): Promise<void> {
  try {
    await setSettings(session.query, "transaction", {
      role: rights.owner,
      check_function_bodies: "off",
    });
    await session.query(
      `CREATE OR REPLACE FUNCTION pg_temp.pgindex_as_owner() RETURNS void LANGUAGE sql
         SECURITY DEFINER AS ${literal(statements.join(";\n"))}`,
    );
    await session.query("SELECT pg_temp.pgindex_as_owner()");
  } catch (error) {
    if (sqlState(error) === "42501")
      throw new PgIndexError(ownerAdvice(desired, rights, error), { cause: error });
    throw withoutOurContext(error);
  }
}

/** CONTEXT is shown, and our own function says nothing to anybody. */
function withoutOurContext(error: unknown): unknown {
  const { where } = error as { where?: string };
  const lines = where?.split("\n").filter((line) => !line.includes('"pgindex_as_owner"'));
  return Object.assign(error as Error, { where: lines?.join("\n") || undefined });
}
