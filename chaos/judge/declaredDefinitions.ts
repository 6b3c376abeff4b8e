import type pg from "pg";
import { TABLES, WITH_CONSTRAINT } from "../application/chaosTables.ts";
import type { Declaration } from "../stacks/declarations.ts";

/**
 * PostgreSQL itself says what a declaration means: plain CREATE INDEX on an empty copy of the
 * table.
 */
export async function notAsDeclared(
  client: pg.Client,
  declarations: readonly Declaration[],
  schema = "judge",
): Promise<string[]> {
  const live = await definitionsIn(client, "app");
  await client.query(`BEGIN; CREATE SCHEMA ${schema}`);
  for (const table of TABLES)
    await client.query(`CREATE TABLE ${schema}.${table} (LIKE app.${table} INCLUDING GENERATED)`);
  for (const { args, clauses, unique } of declarations)
    await client.query(
      `CREATE ${unique ? "UNIQUE" : ""} INDEX ${args.name} ON ${schema}.${args.table} ${clauses}`,
    );
  const wanted = await definitionsIn(client, schema);
  await client.query("ROLLBACK");
  const wrong = [...wanted].flatMap(([name, definition]) =>
    live.get(name) === definition
      ? []
      : [`${name} is ${live.get(name) ?? "missing"} instead of ${definition}`],
  );
  const hasConstraint = declarations.some(({ args }) => args.constraint !== undefined);
  return [...wrong, ...(hasConstraint ? await constraintMissing(client) : [])];
}

async function definitionsIn(client: pg.Client, schema: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT relname AS name, pg_get_indexdef(oid) AS definition FROM pg_class
      WHERE relkind IN ('i', 'I') AND relnamespace = $1::regnamespace`,
    [schema],
  );
  const plain = (text: string) => text.replace(`${schema}.`, "").replace(" ON ONLY ", " ON ");
  return new Map(rows.map(({ name, definition }) => [name, plain(definition)]));
}

async function constraintMissing(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    "SELECT 1 FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'u' AND conname = $2",
    [`app.${WITH_CONSTRAINT}`, `${WITH_CONSTRAINT}_unique_idx`],
  );
  return rows.length === 1 ? [] : [`the constraint of ${WITH_CONSTRAINT} is missing`];
}
