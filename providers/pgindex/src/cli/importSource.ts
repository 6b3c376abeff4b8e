import { resolve } from "node:path";
import { PgIndexError } from "../engine/errors/advice";
import type { IndexDeclaration } from "../import/declaration";
import { type Casing, loadDrizzleOrm } from "../import/drizzle/drizzleOrm";
import { readDrizzleSchema } from "../import/drizzle/drizzleSchema";
import { loadModules } from "../import/drizzle/schemaModule";
import { readSql } from "../import/indexesFromSql";
import { readLiveIndexes, type Skipped } from "../import/live/liveIndexes";
import { drizzleSelectionAdvice, sqlSelectionAdvice, twoSourcesAdvice } from "./cliMessages";
import type { Io } from "./commandIo";
import type { ConnectionOptions } from "./database/connectionOptions";
import { findDatabase } from "./database/findDatabase";
import { lookAt } from "./database/sayDatabase";

/** What `pgindex import` reads from. */
export interface SourceOptions extends ConnectionOptions {
  readonly sql?: readonly string[];
  readonly drizzle?: readonly string[];
  readonly casing?: Casing;
  readonly schema?: readonly string[];
  readonly table?: readonly string[];
}

export interface Imported {
  readonly indexes: readonly IndexDeclaration[];
  readonly skipped: readonly Skipped[];
  readonly notes: readonly string[];
}

export async function readSource(options: SourceOptions, io: Io): Promise<Imported> {
  const { sql, drizzle } = options;
  if (sql && drizzle) throw new PgIndexError(twoSourcesAdvice());
  if (sql) return fromSql(sql, options);
  if (drizzle) return fromDrizzle(drizzle, options);
  return fromDatabase(options, io);
}

function fromSql(files: readonly string[], options: SourceOptions): Imported {
  const { schema = [], table = [] } = options;
  const [only, ...more] = schema;
  if (more.length > 0 || table.length > 0) throw new PgIndexError(sqlSelectionAdvice());
  const { found, notes } = readSql(files, { schema: only });
  return { indexes: found, skipped: [], notes };
}

async function fromDrizzle(files: readonly string[], options: SourceOptions): Promise<Imported> {
  if (options.schema || options.table) throw new PgIndexError(drizzleSelectionAdvice());
  const places = [...files.map((file) => resolve(file)), __filename];
  const orm = loadDrizzleOrm(options.casing, places);
  const { found, notes } = readDrizzleSchema(await loadModules(files), orm);
  return { indexes: found, skipped: [], notes };
}

async function fromDatabase(options: SourceOptions, io: Io): Promise<Imported> {
  const { schema = [], table = [] } = options;
  const selection = { schemas: schema, tables: table.map(toTable) };
  const { found, skipped, notes } = await lookAt(
    await findDatabase(options, io),
    "import",
    io,
    (observer) => readLiveIndexes(observer, selection),
  );
  return { indexes: found, skipped, notes };
}

/**
 * `name` or `schema.name`, as they stand in the catalog; a part that has a dot is put into double
 * quotes.
 */
function toTable(text: string): { schema?: string; name: string } {
  const parts = [...text.matchAll(/"((?:[^"]|"")*)"|[^."]+/g)].map(
    ([plain, quoted]) => quoted?.replaceAll('""', '"') ?? plain,
  );
  const [name = "", schema] = parts.reverse();
  return { schema, name };
}
