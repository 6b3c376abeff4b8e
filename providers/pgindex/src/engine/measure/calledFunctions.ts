import type { IndexOnTable } from "../catalog/indexTree";
import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { effectivePath, openSchemas, readLogin } from "../reach/login";
import { onlyCatalog, parsedTree } from "../reach/parsedText";
import { functionsReached, type ReachedFunction, type Root, volatileNamed } from "../reach/reach";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { setSettings } from "../session/setSettings";
import { qualified, searchPathValue } from "../text/sql";
import {
  foreignCallAdvice,
  openSchemaAdvice,
  uncheckedAdvice,
  volatileAdvice,
} from "./callMessages";
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
  const schemas = await effectivePath(session);
  const texts = query.sample === undefined ? [query.sql] : [query.sql, query.sample];
  await session.query("BEGIN READ WRITE");
  try {
    await beAbleToParse(session);
    await session.query("SAVEPOINT parse");
    const roots: Root[] = [];
    for (const text of texts)
      roots.push({ kind: "tree", tree: await parsedTree(session, text, searchPathValue(schemas)) });
    roots.push(...(await tableOf(session, index)));
    return await functionsReached(session, roots, schemas);
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    const named = await callsByName(session, texts, schemas);
    // Temporary views need a right, and a server that takes writes.
    const isDenied = ["25006", "42501"].includes(sqlState(error) ?? "");
    if (named.length > 0) return named;
    if (!isDenied || (await makesTemporary(session))) throw error;
    throw new PgIndexError(uncheckedAdvice(query, index, await readLogin(session)));
  } finally {
    await session.query("ROLLBACK").catch(() => undefined);
  }
}

/** The server does not accept the query, which may be because of what it calls. */
async function callsByName(
  session: Session,
  texts: readonly string[],
  schemas: readonly string[],
): Promise<ReachedFunction[]> {
  await session.query("ROLLBACK TO SAVEPOINT parse");
  await onlyCatalog(session);
  const found: ReachedFunction[] = [];
  for (const text of texts) found.push(...(await volatileNamed(session, text, schemas)));
  return found;
}

/** The application's role may lack a right that the login has; names are looked up as before. */
async function beAbleToParse(session: Session): Promise<void> {
  if (!(await makesTemporary(session)))
    await setSettings(session.query, "transaction", { role: "none" });
}

async function makesTemporary(session: Session): Promise<boolean> {
  const rows = await session.query<{ may: boolean }>(
    `SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')
            AND NOT pg_catalog.pg_is_in_recovery() AS may`,
  );
  return onlyRow(rows).may;
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
