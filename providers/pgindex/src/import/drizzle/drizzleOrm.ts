import { createRequire } from "node:module";
import { join } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { missingDrizzleAdvice, oldDrizzleAdvice } from "./drizzleMessages";
import { valueSql } from "./drizzleValues";

/** Drizzle's own names for its casings. */
export type Casing = "snake_case" | "camelCase";

/** A piece of SQL in a Drizzle schema. */
export interface DrizzleSql {
  readonly queryChunks: readonly unknown[];
}

/** An index key in a Drizzle schema that is a column. */
export interface DrizzleColumn {
  readonly name: string;
  /** True if the column was not given a name of its own. */
  readonly keyAsName?: boolean;
  readonly indexConfig?: {
    readonly order?: "asc" | "desc";
    readonly nulls?: "first" | "last";
    readonly opClass?: string;
  };
}

export interface DrizzleIndex {
  readonly config: {
    readonly name?: string;
    readonly columns: readonly (DrizzleColumn | DrizzleSql)[];
    readonly unique?: boolean;
    readonly where?: DrizzleSql;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly method?: string;
  };
}

export interface DrizzleTable {
  readonly name: string;
  readonly schema?: string;
  readonly indexes: readonly DrizzleIndex[];
}

/** The parts of drizzle-orm that we use. */
export interface DrizzleOrm {
  isTable(value: unknown): boolean;
  isSql(value: unknown): value is DrizzleSql;
  tableOf(table: unknown): DrizzleTable;
  /** SQL as drizzle-kit writes it, but with parameter values filled in. */
  textOf(sql: DrizzleSql, source?: "indexes"): string;
  /** A column's name as drizzle-kit writes it. */
  columnName(column: DrizzleColumn): string;
  /** drizzle-kit writes order and nulls of a key with an operator class, too: since 1.0. */
  readonly ordersOperatorClasses: boolean;
}

/** The first version whose indexes hold everything we read. */
const SINCE = [0, 31, 0];

/**
 * Loads drizzle-orm from the first place that has it, each given as a file: the program's folder,
 * then this package's. Two copies of drizzle-orm understand each other's objects, because they
 * store their kind under global symbols.
 */
export function loadDrizzleOrm(
  casing?: Casing,
  places: readonly string[] = [join(process.cwd(), "noop.js"), __filename],
): DrizzleOrm {
  const load = resolver(places);
  const { npmVersion } = load("drizzle-orm/version");
  if (isOlder(npmVersion)) throw new PgIndexError(oldDrizzleAdvice(npmVersion, SINCE.join(".")));
  const core = load("drizzle-orm");
  const { is, SQL } = core;
  const { PgTable, PgDialect, getTableConfig } = load("drizzle-orm/pg-core");
  const dialect = new PgDialect({ casing });
  // It calls this for every value, with what the column's mapping makes of it.
  dialect.escapeParam = (_position: number, value: unknown) => valueSql(value);
  return {
    // drizzle-orm itself fails on a module namespace, which has no prototype.
    isTable: (value) => Object.getPrototypeOf(Object(value)) !== null && is(value, PgTable),
    isSql: (value): value is DrizzleSql => is(value, SQL),
    tableOf: getTableConfig,
    ordersOperatorClasses: Number.parseInt(npmVersion, 10) >= 1,
    textOf: (sql, source) => dialect.sqlToQuery(new SQL([withOwnMapping(core, sql)]), source).sql,
    columnName: (column) => {
      if (!column.keyAsName || casing === undefined) return column.name;
      const { toCamelCase, toSnakeCase } = load("drizzle-orm/casing");
      return casing === "camelCase" ? toCamelCase(column.name) : toSnakeCase(column.name);
    },
  };
}

/**
 * The columns that Drizzle hands to a table's indexes do not map values, the table's own do: a
 * value that is compared with a column goes to that column's own mapping instead.
 */
function withOwnMapping(
  { is, SQL, Param, Column, getTableColumns }: Core,
  sql: DrizzleSql,
): unknown {
  const mapped = (chunk: DrizzleSql & DrizzleParam): unknown => {
    if (Array.isArray(chunk)) return chunk.map(mapped);
    if (is(chunk, SQL)) {
      // Without the program's own inlineParams(), which knows fewer kinds of values.
      return new SQL(chunk.queryChunks.map((inner) => mapped(inner as typeof chunk)));
    }
    if (!is(chunk, Param) || !is(chunk.encoder, Column)) return chunk;
    const { table, name } = chunk.encoder;
    const columns: readonly { readonly name: string }[] = Object.values(getTableColumns(table));
    const own = columns.find((column) => column.name === name);
    return own ? new Param(chunk.value, own) : chunk;
  };
  return mapped(sql as DrizzleSql & DrizzleParam);
}

// biome-ignore lint/suspicious/noExplicitAny: drizzle-orm is optional, and has no types here
type Core = any;

/** A value, and the column that it is compared with. */
interface DrizzleParam {
  readonly value: unknown;
  readonly encoder: { readonly table: unknown; readonly name: string };
}

/** A module without types, because drizzle-orm is optional. */
// biome-ignore lint/suspicious/noExplicitAny: the interfaces above say what is used of it
type Load = (name: string) => any;

function resolver(places: readonly string[]): Load {
  return (name) => {
    for (const place of places) {
      const require = createRequire(place);
      try {
        require.resolve(name);
      } catch {
        continue;
      }
      return require(name);
    }
    throw new PgIndexError(missingDrizzleAdvice(SINCE.join(".")));
  };
}

function isOlder(version: string): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  const i = SINCE.findIndex((part, at) => parts[at] !== part);
  return i >= 0 && (parts[i] ?? 0) < (SINCE[i] ?? 0);
}
