import { fragmentsOf, type IndexDefinition } from "../../declare/desiredIndex";
import { cloneIndexStatement } from "../../declare/statement";
import type { Session } from "../../session/session";
import { setSettings } from "../../session/settings/setSettings";
import { ident, qualified, searchPathValue } from "../../text/sql";
import { type Canonicalized, cloneTableStatement, formOf, onClone, readClones } from "../clone";
import { readsWholeRow } from "../wholeRow";

const indexName = (place: number) => `pgindex_clone_${place}`;

/**
 * The forms of several declarations, from one transaction with a clone of each table. Undefined for
 * those that have to be tried alone; throws, or gives nothing, if the server takes any of them ill.
 */
export async function canonicalizeTogether(
  session: Session,
  all: readonly IndexDefinition[],
): Promise<readonly (Canonicalized | undefined)[]> {
  const tried = await onClone(session, async () => {
    const search_path = "pg_catalog, pg_temp";
    await setSettings(session.query, "transaction", { lock_timeout: "500ms", search_path });
    const places = cloneable(all, await ownTables(session, all));
    await makeClones(session, all, places);
    const clones = await readClones(session, places.map(indexName));
    if (clones.length < places.length) throw new Error("a temporary clone of an index vanished");
    return new Map(places.map((place, i) => [place, clones[i]]));
  });
  if (tried.kind !== "ok") return [];
  return all.map((desired, place) => {
    const clone = tried.value.get(place);
    return clone && formOf(desired, clone);
  });
}

/**
 * Those of our login's own tables: code of others is tried with care (safely.ts), and a row of the
 * table only where the clone's passes for one (wholeRow.ts). Clones have their tables' names, so of
 * two tables with one name in different schemas only one is among them.
 */
function cloneable(all: readonly IndexDefinition[], own: ReadonlySet<string>): number[] {
  const schemas = new Map<string, string>();
  const places = [...all.entries()].flatMap(([place, { schema, table, constraint }]) => {
    if (constraint !== undefined || !own.has(qualified(schema, table))) return [];
    const isFirst = (schemas.get(table) ?? schema) === schema;
    if (isFirst) schemas.set(table, schema);
    return isFirst ? [place] : [];
  });
  return places.filter((place) => {
    const index = all[place];
    return index && !readsWholeRow(index) && !mayName(index, [...schemas.keys()]);
  });
}

/** A clone, and its row type, is found before whatever else has its name. */
function mayName(index: IndexDefinition, tables: readonly string[]): boolean {
  const text = fragmentsOf(index).join(" ").toLowerCase();
  // An identifier with escapes can spell any name.
  if (text.includes("u&")) return true;
  const isIn = (table: string) => table !== index.table && text.includes(table.toLowerCase());
  return text !== "" && tables.some(isIn);
}

async function ownTables(
  session: Session,
  all: readonly IndexDefinition[],
): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ schema: string; table: string }>(
    `SELECT n.nspname AS schema, c.relname AS table
       FROM ROWS FROM (unnest($1::name[]), unnest($2::name[])) AS t(schema, name)
       JOIN pg_namespace n ON n.nspname = t.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
      WHERE pg_get_userbyid(c.relowner) = session_user`,
    [all.map(({ schema }) => schema), all.map(({ table }) => table)],
  );
  return new Set(rows.map(({ schema, table }) => qualified(schema, table)));
}

async function makeClones(
  session: Session,
  all: readonly IndexDefinition[],
  places: readonly number[],
): Promise<void> {
  const cloned = new Set<string>();
  let path: string | undefined;
  for (const place of places) {
    const desired = all[place];
    if (!desired) continue;
    const { table, searchPath } = desired;
    const search_path = searchPathValue(searchPath);
    if (search_path !== path) await setSettings(session.query, "transaction", { search_path });
    path = search_path;
    if (!cloned.has(table)) await session.query(cloneTableStatement(desired));
    cloned.add(table);
    const clone = `pg_temp.${ident(table)}`;
    await session.query(cloneIndexStatement(desired, clone, indexName(place)));
  }
}
