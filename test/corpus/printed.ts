import type { DesiredIndex } from "../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import type { IndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { searchPathValue } from "../../providers/pgindex/src/engine/text/sql.ts";
import { readScripts } from "../../providers/pgindex/src/import/sql/sqlScripts.ts";
import type { Args } from "../support/engine/engine.ts";
import type { Corpus } from "./observe.ts";

const PRINTED = `SELECT pg_get_indexdef(i.oid, 0, $3::boolean) AS sql
  FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace WHERE n.nspname = $1
  AND i.relname = $2`;

/**
 * Declarations copied from what PostgreSQL prints of a standing index: as a dump has it, and as
 * `\d` shows it.
 */
export async function printedArgs(corpus: Corpus, desired: DesiredIndex): Promise<Args[]> {
  const { schema, table, name, searchPath } = desired;
  const dumped = await print(corpus, desired, [], false);
  const described = await print(corpus, desired, searchPath, true);
  return [dumped, described].map((sql) => {
    const [declaration] = readScripts([{ sql, title: name }]);
    return { ...declaration, schema, table, name, searchPath };
  });
}

/** What a dump says of an index beside CREATE INDEX. */
const EXTRAS = `SELECT format('COMMENT ON INDEX %s IS %L', i.oid::regclass,
  obj_description(i.oid, 'pg_class')) AS sql
    FROM pg_class i WHERE i.oid = $1::regclass AND obj_description(i.oid, 'pg_class') IS NOT NULL
   UNION ALL
  SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', a.attrelid::regclass,
  a.attnum, a.attstattarget)
    FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attstattarget >= 0`;

/** Builds an index anew from what a dump says of it, and gives that. */
export async function restore(corpus: Corpus, { schema, name }: IndexOutputs): Promise<string> {
  const { db } = corpus;
  const quoted = [schema, name].map((text) => db.client.escapeIdentifier(text)).join(".");
  const dumped = await print(corpus, { schema, name }, [], false);
  const extras = await db.query<{ sql: string }>(EXTRAS, [quoted]);
  await db.query(`DROP INDEX ${quoted}`);
  for (const sql of [dumped, ...extras.map((extra) => extra.sql)]) await db.query(sql);
  return print(corpus, { schema, name }, [], false);
}

/** Printed as for a reader with that search path. */
async function print(
  { db }: Corpus,
  { schema, name }: { readonly schema: string; readonly name: string },
  searchPath: readonly string[],
  isPretty: boolean,
): Promise<string> {
  await db.query("SELECT set_config('search_path', $1, false)", [searchPathValue(searchPath)]);
  const [row] = await db.query<{ sql: string }>(PRINTED, [schema, name, isPretty]);
  await db.query("SELECT set_config('search_path', '', false)");
  if (!row) throw new Error(`there is no index ${schema}.${name}`);
  return row.sql;
}
