import { pickAt, type Random, randomOf, weighted } from "../../chaos/troubles/seededRandom.ts";

/** How large the schema is. */
export interface Size {
  readonly tables: number;
  /** Partitioned tables, and how many partitions each has. */
  readonly sets: number;
  readonly partitions: number;
  /** Indexes that can be declared: neither those of constraints nor those of partitions. */
  readonly indexes: number;
}

interface Column {
  readonly name: string;
  readonly type: keyof typeof TYPES;
}

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly isPartitioned: boolean;
}

/** The types of the columns, by how many of a hundred have them. */
const TYPES = {
  bigint: 34,
  text: 26,
  timestamptz: 16,
  boolean: 8,
  integer: 6,
  jsonb: 4,
  smallint: 3,
  uuid: 2,
  numeric: 1,
};

/** The kinds of indexes, by how many of a hundred are such, as GitLab's structure.sql has them. */
const KINDS = {
  plain: 66,
  partial: 16,
  expression: 6,
  unique: 5,
  descending: 3,
  including: 2,
  gin: 1,
  brin: 1,
};

const SEED = 14;
/** Most tables are narrow, a few have what ten years have added. */
const MOST_COLUMNS = 150;

/** The statements that make a schema; the same size yields the same one. */
export function schemaStatements(size: Size): string[] {
  const random = randomOf(SEED);
  const tables = Array.from({ length: size.tables + size.sets }, (_, i) =>
    tableOf(i, i >= size.tables, random),
  );
  const partitions = tables
    .filter(({ isPartitioned }) => isPartitioned)
    .flatMap(({ name }) => partitionsOf(name, size.partitions));
  const indexes = Array.from({ length: size.indexes }, (_, i) =>
    indexOf(tables[i % tables.length] as Table, i, random),
  );
  return [...tables.map(createTable), ...partitions, ...indexes];
}

function tableOf(number: number, isPartitioned: boolean, random: Random): Table {
  const count = 4 + Math.floor((MOST_COLUMNS - 4) * random() ** 6);
  const columns = Array.from({ length: count }, (_, i) => {
    const type = weighted(TYPES, random());
    return { name: `${type}_${i + 1}`, type };
  });
  // Each table has one of those that every kind of index needs.
  const needed = (["bigint", "text", "timestamptz", "boolean", "jsonb"] as const).map((type) => ({
    name: `its_${type}`,
    type,
  }));
  const name = `${isPartitioned ? "p_events" : "things"}_${number + 1}`;
  return { name, columns: [...needed, ...columns], isPartitioned };
}

function createTable({ name, columns, isPartitioned }: Table): string {
  const list = columns.map((column) => `${column.name} ${column.type}`).join(", ");
  if (!isPartitioned) return `CREATE TABLE ${name} (id bigint PRIMARY KEY, ${list})`;
  return `CREATE TABLE ${name} (id bigint, ${list}) PARTITION BY RANGE (id)`;
}

function partitionsOf(parent: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const range = `FROM (${i * 1000}) TO (${(i + 1) * 1000})`;
    return `CREATE TABLE ${parent}_${i + 1} PARTITION OF ${parent} FOR VALUES ${range}`;
  });
}

function indexOf(table: Table, number: number, random: Random): string {
  const kind = weighted(KINDS, random());
  const keys = table.columns.filter(({ type }) => type !== "jsonb");
  const key = () => (pickAt(keys, random()) as Column).name;
  const some = [...new Set([key(), ...(random() < 0.4 ? [key()] : [])])].join(", ");
  const name = `index_${table.name}_${number + 1}`;
  const create = (keyList: string, rest = "") =>
    `CREATE INDEX ${name} ON ${table.name} ${keyList}${rest}`;
  switch (kind) {
    case "partial":
      return create(`(${some})`, ` WHERE ${pickAt(PREDICATES, random())}`);
    case "expression":
      return create(`(${pickAt(EXPRESSIONS, random())})`);
    case "unique":
      return create(`(id, ${some})`).replace("CREATE", "CREATE UNIQUE");
    case "descending":
      return create("(its_bigint, its_timestamptz DESC NULLS LAST)");
    case "including":
      return create("(its_timestamptz)", " INCLUDE (its_boolean)");
    case "gin":
      return create("USING gin (its_jsonb jsonb_path_ops)");
    case "brin":
      return create("USING brin (its_timestamptz)");
    case "plain":
      return create(`(${some})`);
  }
}

const PREDICATES = [
  "its_text IS NOT NULL",
  "its_boolean",
  "(its_bigint > 0) AND (its_text <> 'done'::text)",
  "its_text = ANY (ARRAY['new'::text, 'failed'::text])",
] as const;

const EXPRESSIONS = [
  "lower(its_text)",
  "its_bigint, ((its_jsonb ->> 'state'::text))",
  "date_trunc('day'::text, its_timestamptz AT TIME ZONE 'UTC')",
] as const;
