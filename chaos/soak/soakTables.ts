import type { Client } from "pg";

type Args = Readonly<Record<string, unknown>>;

export interface SoakedIndex {
  readonly first: Args;
  readonly second: Args;
}

const ROWS = 2_000;

/** Two tables with some of every kind of column that can be indexed; `n` has duplicates. */
export async function makeSoakTables(client: Client): Promise<void> {
  for (const table of ["readings", "sensors"])
    await client.query(
      `CREATE TABLE ${table} AS
       SELECT i AS id, i % 100 AS n, 'name ' || i AS name, ARRAY[i % 7, i % 11] AS tags
         FROM generate_series(1, ${ROWS}) i`,
    );
  await client.query("VACUUM ANALYZE");
}

const index = (table: string, kind: string, first: Args, second: Args): SoakedIndex => {
  const base = { table, name: `${table}_${kind}_idx` };
  return { first: { ...base, ...first }, second: { ...base, ...second } };
};

export const INDEXES: readonly SoakedIndex[] = ["readings", "sensors"].flatMap((table) => [
  index(table, "plain", { columns: ["n", "id"] }, { columns: ["n"], include: ["id"] }),
  index(
    table,
    "expression",
    { columns: [{ expression: "lower(name)" }] },
    { columns: [{ expression: "upper(name)" }], predicate: "n > 5" },
  ),
  index(
    table,
    "gin",
    { columns: ["tags"], accessMethod: "gin" },
    { columns: ["tags"], accessMethod: "gin", storageParameters: { fastupdate: false } },
  ),
]);

/** Cannot be built, because there are duplicates. */
export const WRONG_INDEX: Args = {
  table: "sensors",
  name: "sensors_wrong_idx",
  columns: ["n"],
  unique: true,
};

/** Cancelled sooner or later. The next cycle adopts it if it was built by then. */
export const SLOW_INDEX: Args = {
  table: "readings",
  name: "readings_slow_idx",
  columns: [{ expression: "md5(md5(md5(name)))" }],
};
