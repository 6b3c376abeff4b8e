import { isDeepStrictEqual } from "node:util";
import { sqlState } from "../errors/sqlstate";
import type { UnqualifiedNames } from "../input/namesInQuery";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { otherMeaning } from "./applicationMessages";

/** No more paths than these are looked at. */
const MOST_PATHS = 16;

const PATHS = `
SELECT r.rolname::text AS role, pg_catalog.substr(c, 13) AS path
  FROM pg_catalog.pg_db_role_setting d CROSS JOIN pg_catalog.unnest(d.setconfig) AS c
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = d.setrole
 WHERE c LIKE 'search\\_path=%' AND (d.setrole = 0::oid OR r.rolcanlogin)
   AND d.setdatabase IN (0::oid, (SELECT oid FROM pg_catalog.pg_database
                                   WHERE datname = pg_catalog.current_database()))
 UNION ALL
SELECT NULL, reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'
 ORDER BY 1`;

/**
 * Says under whose search_path the query's names mean other tables, types, operators or functions
 * than under ours; undefined if under nobody's. Within a transaction, whose search_path it leaves.
 *
 * It only looks names up: to plan the query there would run functions of whoever owns a schema of
 * that path, with our privileges.
 */
export async function differentMeaning(
  session: Session,
  names: UnqualifiedNames,
  table: { readonly schema: string; readonly table: string },
): Promise<string | undefined> {
  const paths = await otherPaths(session);
  const ours = await found(session, names, table, await schemasOf(session));
  for (const [path, whose] of paths) {
    const schemas = await schemasUnder(session, path);
    const theirs = schemas && (await found(session, names, table, schemas));
    if (theirs && isDifferent(ours, theirs)) return otherMeaning([...whose], path);
  }
  return undefined;
}

/** Each search_path that a role, the database or the server sets, with who has it. */
async function otherPaths(session: Session): Promise<[path: string, whose: Set<string>][]> {
  const rows = await session.query<{ role: string | null; path: string }>(PATHS);
  const byPath = new Map<string, Set<string>>();
  for (const { role, path } of rows) {
    const own = `"${(role ?? "").replaceAll('"', '""')}"`;
    const resolved = path.replaceAll(/"?\$user"?/g, () => own);
    const whose = byPath.get(resolved) ?? new Set();
    byPath.set(resolved, whose.add(role ?? "this database"));
  }
  return [...byPath].slice(0, MOST_PATHS);
}

async function schemasOf(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ schemas: string[] }>(
    "SELECT pg_catalog.current_schemas(true)::text[] AS schemas",
  );
  return onlyRow(rows).schemas;
}

/** The schemas of a path that exist, and that we may use; undefined if it is no path. */
async function schemasUnder(
  session: Session,
  path: string,
): Promise<readonly string[] | undefined> {
  await session.query("SAVEPOINT meaning");
  try {
    await session.query("SELECT pg_catalog.set_config('search_path', $1, true)", [path]);
    return await schemasOf(session);
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    return undefined;
  } finally {
    await session.query("ROLLBACK TO SAVEPOINT meaning");
  }
}

/** What each name means: the schema that has it, for each list of types of its arguments. */
type Found = ReadonlyMap<string, Readonly<Record<string, string>>>;

const FOUND = `
WITH path AS (SELECT n.oid, n.nspname::text AS schema, p.place
                FROM pg_catalog.unnest($1::name[]) WITH ORDINALITY AS p (name, place)
                JOIN pg_catalog.pg_namespace n ON n.nspname = p.name),
column_types AS (
  SELECT DISTINCT a.atttypid AS oid FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $6::name AND c.relname = $7::name AND a.attname = ANY ($8::name[])),
named AS (
  SELECT 'table' AS kind, relname AS name, '' AS types, relnamespace AS namespace
    FROM pg_catalog.pg_class WHERE relname = ANY ($2::name[])
   UNION ALL
  SELECT 'type', typname, '', typnamespace
    FROM pg_catalog.pg_type WHERE typname = ANY ($3::name[])
   UNION ALL
  SELECT 'function', proname, proargtypes::text, pronamespace
    FROM pg_catalog.pg_proc WHERE proname = ANY ($4::name[])
   UNION ALL
  SELECT 'operator', oprname, pg_catalog.concat_ws(' ', oprleft, oprright), oprnamespace
    FROM pg_catalog.pg_operator WHERE oprname = ANY ($5::name[])
     AND (oprleft IN (SELECT oid FROM column_types) OR oprright IN (SELECT oid FROM column_types)))
SELECT DISTINCT ON (kind, name, types) pg_catalog.jsonb_build_array(kind, name)::text AS name,
       types, path.schema
  FROM named JOIN path ON path.oid = named.namespace ORDER BY kind, name, types, path.place`;

async function found(
  session: Session,
  { relations, types, functions, operators, columns }: UnqualifiedNames,
  { schema, table }: { readonly schema: string; readonly table: string },
  schemas: readonly string[],
): Promise<Found> {
  const names = [schemas, relations, types, functions, operators, schema, table, columns];
  const rows = await session.query<{ name: string; types: string; schema: string }>(FOUND, names);
  const meanings = new Map<string, Record<string, string>>();
  for (const { name, types: of, schema: its } of rows)
    meanings.set(name, { ...meanings.get(name), [of]: its });
  return meanings;
}

/** Nobody runs a query where a name means nothing. */
function isDifferent(ours: Found, theirs: Found): boolean {
  const isRunThere = [...ours.keys()].every((name) => theirs.has(name));
  return isRunThere && !isDeepStrictEqual(ours, theirs);
}
