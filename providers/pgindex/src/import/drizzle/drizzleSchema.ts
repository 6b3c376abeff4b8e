import { PgIndexError } from "../../engine/errors/advice";
import { ident, qualified } from "../../engine/text/sql";
import { type IndexDeclaration, labelOf } from "../declaration";
import { readScripts } from "../sql/sqlScripts";
import {
  duplicateDrizzleAdvice,
  noTablesAdvice,
  unnamedDrizzleAdvice,
  unreadableDrizzleAdvice,
} from "./drizzleMessages";
import type {
  DrizzleColumn,
  DrizzleIndex,
  DrizzleOrm,
  DrizzleSql,
  DrizzleTable,
} from "./drizzleOrm";

/** The indexes in a Drizzle schema. */
export interface DrizzleIndexes {
  readonly found: readonly IndexDeclaration[];
  /** Parts of the schema that drizzle-kit leaves out of its SQL. */
  readonly notes: readonly string[];
}

/**
 * The indexes in a Drizzle schema's modules: those drizzle-kit's own SQL would create. Each is
 * written the way drizzle-kit writes it, then read like any other SQL.
 */
export function readDrizzleSchema(
  modules: readonly Readonly<Record<string, unknown>>[],
  orm: DrizzleOrm,
): DrizzleIndexes {
  const exports = modules.flatMap((module) => [
    ...Object.values(module),
    ...Object.values(Object(module.default)),
  ]);
  const tables = [...new Set(exports.filter((value) => orm.isTable(value)))].map(orm.tableOf);
  if (tables.length === 0) throw new PgIndexError(noTablesAdvice());
  const indexes = tables.flatMap((table) => table.indexes.map((index) => ({ table, index })));
  const found = indexes.map(({ table, index }) => readIndex(orm, table, index));
  const labels = found.map(labelOf);
  const twice = labels.find((label, i) => labels.indexOf(label) < i);
  if (twice !== undefined) throw new PgIndexError(duplicateDrizzleAdvice(twice));
  return { found, notes: indexes.flatMap(({ index }, i) => notesOf(orm, index, labels[i] ?? "")) };
}

function readIndex(orm: DrizzleOrm, table: DrizzleTable, index: DrizzleIndex): IndexDeclaration {
  const sql = createIndexSql(orm, table, index);
  const label = `${index.config.name ?? "without a name"} on ${table.name}`;
  try {
    const [declaration] = readScripts([{ sql, title: "drizzle", schema: table.schema }]);
    if (declaration) return declaration;
    throw new Error("it is not a CREATE INDEX");
  } catch (error) {
    const reason = error instanceof PgIndexError ? error.advice.what : String(error);
    throw new PgIndexError(unreadableDrizzleAdvice(label, reason, sql), { cause: error });
  }
}

/**
 * The statement that drizzle-kit writes (0.31's CreatePgIndexConvertor, 1.0's postgres/convertor),
 * but with names properly quoted.
 */
function createIndexSql(orm: DrizzleOrm, table: DrizzleTable, { config }: DrizzleIndex): string {
  const unique = config.unique ? "UNIQUE " : "";
  const name = ident(config.name ?? derivedName(orm, table, config.columns));
  const on = table.schema === undefined ? ident(table.name) : qualified(table.schema, table.name);
  const keys = config.columns.map((key) => keySql(orm, key)).join(",");
  const parameters = Object.entries(config.with ?? {}).map(([key, value]) => `${key}=${value}`);
  const settings = parameters.length > 0 ? ` WITH (${parameters.join(",")})` : "";
  const where = config.where ? ` WHERE ${orm.textOf(config.where)}` : "";
  const using = `USING ${config.method ?? "btree"} (${keys})`;
  return `CREATE ${unique}INDEX ${name} ON ${on} ${using}${settings}${where}`;
}

function derivedName(
  orm: DrizzleOrm,
  table: DrizzleTable,
  keys: readonly (DrizzleColumn | DrizzleSql)[],
): string {
  const columns = keys.map((key) => {
    if (orm.isSql(key)) throw new PgIndexError(unnamedDrizzleAdvice(table.name));
    return orm.columnName(key);
  });
  return `${table.name}_${columns.join("_")}_index`;
}

/** With an operator class, drizzle-kit before 1.0 writes neither order nor nulls. */
function keySql(orm: DrizzleOrm, key: DrizzleColumn | DrizzleSql): string {
  if (orm.isSql(key)) return orm.textOf(key, "indexes");
  const { order, nulls, opClass } = settingsOf(key);
  const column = ident(orm.columnName(key));
  const name = opClass ? `${column} ${opClass}` : column;
  if (opClass && !orm.ordersOperatorClasses) return name;
  if (order === "asc" && nulls === "last") return name;
  return `${name}${order === "asc" ? "" : " DESC"} NULLS ${nulls.toUpperCase()}`;
}

function settingsOf({ indexConfig = {} }: DrizzleColumn) {
  const { order = "asc", opClass } = indexConfig;
  const { nulls = order === "desc" ? "first" : "last" } = indexConfig;
  return { order, nulls, opClass };
}

function notesOf(orm: DrizzleOrm, { config }: DrizzleIndex, label: string): string[] {
  if (orm.ordersOperatorClasses) return [];
  const cut = config.columns.filter((key): key is DrizzleColumn => {
    if (orm.isSql(key)) return false;
    const { order, nulls, opClass } = settingsOf(key);
    return opClass !== undefined && (order === "desc" || nulls === "first");
  });
  return cut.map(
    (key) =>
      `${label}: drizzle-kit omits order and nulls of ${orm.columnName(key)} because it has ` +
      `an operator class; write the key as sql\`…\` to keep both`,
  );
}
