/** A table of the shape that most have, and the columns of the index on it. */
const TABLE =
  "id bigint, account_id bigint NOT NULL, state text, created_at timestamptz, body text";
const INDEXED = ["account_id", "created_at"];

const nameOf = (table: string) => `${table}_account_id_created_at_idx`;

export const tablesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `t${i + 1}`);

/** What the tables are made by, and filled with a few rows. */
export function tableStatements(tables: readonly string[]): string[] {
  return tables.flatMap((table) => [
    `CREATE TABLE ${table} (${TABLE})`,
    `INSERT INTO ${table} SELECT n, n % 7, 'new', now(), 'text' FROM generate_series(1, 100) n`,
    `ANALYZE ${table}`,
  ]);
}

/** The indexes by hand, for a stack that adopts them. */
export function indexStatements(tables: readonly string[]): string[] {
  const columns = INDEXED.join(", ");
  return tables.map((table) => `CREATE INDEX ${nameOf(table)} ON ${table} (${columns})`);
}

/** What a stack has built and not destroyed. */
export const dropStatements = (tables: readonly string[]) =>
  tables.map((table) => `DROP INDEX IF EXISTS ${nameOf(table)}`);

export const INDEX_TYPE = "pulumi-nodejs:pgindex:Index";

/** A program that declares an index on each table. */
export function indexProgram(count: number): string {
  return `const { Index } = require("pulumi-pgindex");
for (let i = 1; i <= ${count}; i += 1)
  new Index("i" + i, {
    table: "t" + i,
    name: "t" + i + "_account_id_created_at_idx",
    columns: ${JSON.stringify(INDEXED)},
  });
`;
}

/**
 * As many dynamic resources that do nothing: what Pulumi itself takes. `recordFile`: more outputs,
 * as JSON, which Pulumi then keeps and hands about for each of them.
 */
export function floorProgram(count: number, recordFile?: string): string {
  const record = recordFile && `JSON.parse(require("fs").readFileSync("${recordFile}", "utf8"))`;
  return `const pulumi = require("@pulumi/pulumi");
const provider = {
  check: async (olds, news) => ({ inputs: news }),
  diff: async () => ({}),
  create: async (inputs) => ({ id: inputs.name, outs: ${record ? `{ ...inputs, ...${record} }` : "inputs"} }),
  read: async (id, props) => ({ id, props }),
  update: async (id, olds, news) => ({ outs: news }),
  delete: async () => undefined,
};
class Nothing extends pulumi.dynamic.Resource {
  constructor(name, props) { super(provider, name, props); }
}
for (let i = 1; i <= ${count}; i += 1)
  new Nothing("i" + i, {
    table: "t" + i,
    name: "t" + i + "_account_id_created_at_idx",
    columns: ${JSON.stringify(INDEXED)},
  });
`;
}
