import type { IndexOnTable } from "../catalog/indexTree";
import { PgIndexError } from "../errors/advice";
import { isWithinFunction, sqlState } from "../errors/sqlstate";
import { requireTrustedTriggers } from "../reach/eventTriggers";
import { effectivePath, openSchemas, readLogin } from "../reach/login";
import { thingsNamed } from "../reach/namedThings";
import { onlyCatalog, parsedTree } from "../reach/parsedText";
import { functionsReached, type ReachedFunction, type Root } from "../reach/reach";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { qualified, searchPathValue } from "../text/sql";
import { foreignCallAdvice, openSchemaAdvice, volatileAdvice } from "./callMessages";
import { sampleStatement } from "./queryRuns";
import type { ParsedQuery } from "./servedQueries";

/**
 * Refuses to measure with a mighty login where somebody with fewer rights may create in a schema of
 * the search_path: a function there, or an operator, that fits better than the one that is meant
 * would run with the rights of the login. To act as another role does not help: whatever runs can go
 * back to the login (RESET ROLE). Throws {@link PgIndexError}.
 */
export async function requireOwnSchemas(session: Session, index: IndexOnTable): Promise<void> {
  const login = await readLogin(session);
  if (login.might === null) return;
  const open = await openSchemas(session, await effectivePath(session));
  if (open.length > 0) throw new PgIndexError(openSchemaAdvice(index, login, open));
}

/**
 * Refuses a query that calls a VOLATILE function, in whatever form and by whatever way. A read-only
 * transaction only prevents changes to tables; it does not prevent `pg_terminate_backend`,
 * `pg_read_file`, `lo_export` or `dblink`. With a mighty login, also refuses functions of others:
 * they would run with its rights. Throws {@link PgIndexError}.
 *
 * @see https://www.postgresql.org/docs/current/xfunc-volatility.html
 */
export async function requireNoSideEffects(
  session: Session,
  query: ParsedQuery,
  index: IndexOnTable,
): Promise<void> {
  const called = await callsOf(session, query, index);
  const volatile = called.filter(({ isVolatile, moment }) => isVolatile && moment !== "planned");
  if (volatile.length > 0) throw new PgIndexError(volatileAdvice(query, index, distinct(volatile)));
  const foreign = called.find(({ isForeign }) => isForeign);
  if (!foreign) return;
  const login = await readLogin(session);
  if (login.might !== null) throw new PgIndexError(foreignCallAdvice(query, index, foreign, login));
}

/** Asks the server, in a transaction that is rolled back. */
async function callsOf(
  session: Session,
  query: ParsedQuery,
  index: IndexOnTable,
): Promise<ReachedFunction[]> {
  const parser = await whoParses(session);
  if (parser) await requireTrustedTriggers(session);
  const schemas = await effectivePath(session);
  await session.query(parser ? "BEGIN READ WRITE" : "BEGIN");
  try {
    const { timeoutMs } = query;
    await setSettings(session.query, "transaction", { statement_timeout: String(timeoutMs) });
    if (!parser) return await callsByName(session, query, index, schemas);
    if (parser === "login") await setSettings(session.query, "transaction", { role: "none" });
    await session.query("SAVEPOINT parse");
    return await callsAsParsed(session, query, index, schemas);
  } catch (error) {
    if (!parser || sqlState(error) === undefined) throw error;
    await session.query("ROLLBACK TO SAVEPOINT parse");
    // The server may not accept the query because of what it calls.
    const named = await callsByName(session, query, index, schemas);
    // An event trigger lets nobody create a view.
    if (isWithinFunction(error)) return named;
    const volatile = named.filter(({ isVolatile }) => isVolatile);
    if (volatile.length > 0) return volatile;
    throw error;
  } finally {
    await session.query("ROLLBACK").catch(() => undefined);
  }
}

/**
 * The application's role may lack the right to temporary views that the login has; names are looked
 * up in the same schemas. Undefined if neither has it, or on a standby.
 */
async function whoParses(session: Session): Promise<"acting" | "login" | undefined> {
  const may = "pg_catalog.has_database_privilege(";
  const rows = await session.query<{ acting: boolean; login: boolean; standby: boolean }>(
    `SELECT ${may}current_user, pg_catalog.current_database(), 'TEMPORARY') AS acting,
            ${may}session_user, pg_catalog.current_database(), 'TEMPORARY') AS login,
            pg_catalog.pg_is_in_recovery() AS standby`,
  );
  const { acting, login, standby } = onlyRow(rows);
  if (standby) return undefined;
  return acting ? "acting" : login ? "login" : undefined;
}

/** What is run: to select the values as text can call a cast. */
function textsOf(query: ParsedQuery): string[] {
  const { sql, sample } = query;
  return sample === undefined ? [sql] : [sql, sampleStatement(query, sample)];
}

async function callsAsParsed(
  session: Session,
  query: ParsedQuery,
  index: IndexOnTable,
  schemas: readonly string[],
): Promise<ReachedFunction[]> {
  const roots: Root[] = await tableOf(session, index);
  for (const text of textsOf(query))
    roots.push({ kind: "tree", tree: await parsedTree(session, text, searchPathValue(schemas)) });
  return functionsReached(session, roots, schemas);
}

/** On a standby, or without the right: more than what is called, never less. */
async function callsByName(
  session: Session,
  query: ParsedQuery,
  index: IndexOnTable,
  schemas: readonly string[],
): Promise<ReachedFunction[]> {
  const roots: Root[] = await tableOf(session, index);
  for (const text of textsOf(query)) roots.push(...(await thingsNamed(session, text, schemas)));
  return functionsReached(session, roots, schemas);
}

/** The index's table, which is looked at where the query finds nothing. */
async function tableOf(session: Session, { schema, table }: IndexOnTable): Promise<Root[]> {
  await onlyCatalog(session);
  const rows = await session.query<{ oid: number }>(
    "SELECT to_regclass($1)::oid::int8::float8 AS oid WHERE to_regclass($1) IS NOT NULL",
    [qualified(schema, table)],
  );
  return rows.map(({ oid }) => ({ kind: "relation", oid }));
}

/** A function can run at several moments. */
function distinct(called: readonly ReachedFunction[]): ReachedFunction[] {
  return [...new Map(called.map((each) => [each.signature, each])).values()];
}
