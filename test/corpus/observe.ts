import { afterAll, afterEach, beforeAll, inject } from "vitest";
import type { DesiredIndex } from "../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { searchPathValue } from "../../providers/pgindex/src/engine/text/sql.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { makeSchema } from "./schema.ts";

/** A database with the tables of the corpus. */
export interface Corpus {
  readonly db: TestDatabase;
  readonly major: number;
  /** Drops whatever stands: one failure may not make the next. */
  clear(): Promise<void>;
}

/** For a test file: its own database, with `settings` for every session on it. */
export function useCorpus(
  settings: readonly (readonly [name: string, value: string])[] = [],
): Corpus {
  const corpus = { clear: () => dropIndexes(corpus) } as Corpus & {
    db: TestDatabase;
    major: number;
  };
  beforeAll(async () => {
    corpus.major = Math.floor(inject("server").versionNumber / 10_000);
    corpus.db = await createDatabase();
    await makeSchema(corpus.db, corpus.major);
    for (const [name, value] of settings)
      await corpus.db.query(`ALTER DATABASE ${corpus.db.name} SET ${name} = ${value}`);
  });
  afterEach(() => corpus.clear());
  afterAll(() => corpus.db?.drop());
  return corpus;
}

/** What PostgreSQL prints of the index that somebody writes by hand on the same table. */
export async function definitionByHand(
  { db }: Corpus,
  body: string,
  { schema, table, name, unique, searchPath }: DesiredIndex,
): Promise<string> {
  const quote = (text: string) => db.client.escapeIdentifier(text);
  const on = `${quote(schema)}.${quote(table)}`;
  await db.query("SELECT set_config('search_path', $1, false)", [searchPathValue(searchPath)]);
  await db.query(`CREATE ${unique ? "UNIQUE " : ""}INDEX by_hand ON ${on} ${body}`);
  await db.query("SELECT set_config('search_path', '', false)");
  const [row] = await db.query<{ definition: string }>(
    "SELECT pg_get_indexdef(indexrelid) AS definition, $2::text FROM pg_index WHERE " +
      "indexrelid = $1::regclass",
    [`${quote(schema)}.by_hand`, on],
  );
  await db.query(`DROP INDEX ${quote(schema)}.by_hand`);
  const [plain] = await db.query<{ name: string }>("SELECT quote_ident($1) AS name", [name]);
  return (row?.definition ?? "").replace(" INDEX by_hand ON ", () => ` INDEX ${plain?.name} ON `);
}

/** Every index of a table. */
export async function indexesOf(
  { db }: Corpus,
  { schema, table }: { readonly schema: string; readonly table: string },
): Promise<{ name: string; valid: boolean }[]> {
  return db.query(
    `SELECT i.relname AS name, x.indisvalid AND x.indisready AND x.indislive AS valid
       FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
       JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE n.nspname = $1 AND t.relname = $2 ORDER BY i.oid`,
    [schema, table],
  );
}

/** What may not change: the table's rows, its columns, and which indexes it has. */
export async function tableState(
  corpus: Corpus,
  { schema, table }: DesiredIndex,
): Promise<Readonly<Record<string, unknown>>> {
  const { db } = corpus;
  const quote = (text: string) => db.client.escapeIdentifier(text);
  const on = `${quote(schema)}.${quote(table)}`;
  const [rows] = await db.query(
    "SELECT count(*)::int AS count, md5(string_agg(r::text, '|' ORDER BY r::text)) AS hash " +
      `FROM ${on} r`,
  );
  const columns = await db.query(
    `SELECT attname, atttypid, attstattarget, attisdropped FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`,
    [on],
  );
  return { ...rows, columns, indexes: await indexesOf(corpus, { schema, table }) };
}

/** The tables of the corpus have no index of their own. */
async function dropIndexes({ db }: { readonly db: TestDatabase }): Promise<void> {
  const left = await db.query<{ sql: string }>(
    `SELECT format('DROP INDEX %I.%I', n.nspname, i.relname) AS sql
       FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace
      WHERE i.relkind IN ('i', 'I') AND n.nspname IN ('app', 'Other Schema')`,
  );
  for (const { sql } of left) await db.query(sql);
}
