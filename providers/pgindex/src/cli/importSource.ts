import { resolve } from "node:path";
import { PgIndexError } from "../engine/errors/advice";
import { withObserver } from "../engine/session/workspace";
import type { IndexDeclaration } from "../import/declaration";
import { type Casing, loadDrizzleOrm } from "../import/drizzleOrm";
import { readDrizzleSchema } from "../import/drizzleSchema";
import { indexesFromSql } from "../import/indexesFromSql";
import { readLiveIndexes, type Skipped } from "../import/liveIndexes";
import { loadModules } from "../import/schemaModule";
import type { Io } from "./commandIo";
import { type ConnectionOptions, targetOf } from "./connectionOptions";

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
  if (sql && drizzle) throw new PgIndexError(ONE_SOURCE);
  if (sql) return fromSql(sql, options);
  if (drizzle) return fromDrizzle(drizzle, options);
  return fromDatabase(options, io);
}

const ONE_SOURCE = {
  what: "--sql and --drizzle cannot be read together",
  why: "both would declare the same indexes",
  fix: "give one of them",
};

function fromSql(files: readonly string[], options: SourceOptions): Imported {
  const { schema = [], table = [] } = options;
  const [only, ...more] = schema;
  if (more.length > 0 || table.length > 0) {
    throw new PgIndexError({
      what: "with --sql, only one --schema and no --table can be given",
      why: "it says in which schema the tables are that the SQL writes without one",
      fix: "leave the others out, and remove from what is written what is not wanted",
    });
  }
  const indexes = indexesFromSql(files, { schema: only });
  return { indexes, skipped: [], notes: [] };
}

async function fromDrizzle(files: readonly string[], options: SourceOptions): Promise<Imported> {
  if (options.schema || options.table) {
    throw new PgIndexError({
      what: "with --drizzle, neither --schema nor --table can be given",
      why: "a Drizzle schema names the schemas of its tables itself",
      fix: "leave them out, and remove from what is written what is not wanted",
    });
  }
  const places = [...files.map((file) => resolve(file)), __filename];
  const orm = loadDrizzleOrm(options.casing, places);
  const { found, notes } = readDrizzleSchema(await loadModules(files), orm);
  return { indexes: found, skipped: [], notes };
}

async function fromDatabase(options: SourceOptions, io: Io): Promise<Imported> {
  const { schema = [], table = [] } = options;
  const selection = { schemas: schema, tables: table.map(toTable) };
  const session = { purpose: "import", writable: false };
  const { found, skipped, notes } = await withObserver(targetOf(options, io), session, (observer) =>
    readLiveIndexes(observer, selection),
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
