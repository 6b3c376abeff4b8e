import type pg from "pg";
import { PARTITIONED, TABLES } from "../application/chaosTables.ts";

/** Indexes of another tool, one on each table, that have nothing to do with ours. By OID. */
export type Keepsakes = ReadonlyMap<number, string>;

/** Makes them. On the partitioned table, it is a partition's. */
export async function makeKeepsakes(client: pg.Client): Promise<Keepsakes> {
  const made = new Map<number, string>();
  for (const table of TABLES) {
    const on = table === PARTITIONED ? `${table}_0` : table;
    const name = `other_tool_keeps_${table}`;
    await client.query(`CREATE INDEX ${name} ON app.${on} (amount, region)`);
    const { rows } = await client.query<{ oid: number }>(
      "SELECT $1::regclass::oid::int8::int AS oid",
      [`app.${name}`],
    );
    made.set(rows[0]?.oid ?? 0, name);
  }
  return made;
}

/** Whatever happens, nobody drops, renames, rebuilds or marks them. */
export async function keepsakesLost(client: pg.Client, keepsakes: Keepsakes): Promise<string[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT c.oid::int8::int AS oid, c.relname AS name
       FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
      WHERE x.indisvalid AND obj_description(c.oid, 'pg_class') IS NULL`,
  );
  const standing = new Map(rows.map(({ oid, name }) => [oid, name]));
  return [...keepsakes]
    .filter(([oid, name]) => standing.get(oid) !== name)
    .map(([, name]) => `another tool's index ${name} does not stand as it was`);
}
