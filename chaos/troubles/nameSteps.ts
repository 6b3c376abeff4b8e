import type pg from "pg";
import { OTHERS_DEFINITION, type Target } from "./nameTargets.ts";

/** What another tool does to an index of ours, and commits. */
export type Taking =
  /** It gives its own index our name, and ours another; in the end, it changes them back. */
  | "swap of names, other tool"
  /** It drops ours and creates another one under the name; in the end, somebody drops that. */
  | "redefinition, other tool"
  /** It builds the same index anew, as against bloat, and drops ours. */
  | "rebuild, other tool";

/** How the tool's index under our name has ended. */
export type Verdict = "stood" | "adopted" | "gone";

/** The index that the tool has made. */
export interface Made {
  readonly oid: number;
}

export async function buildBeside(client: pg.Client, kind: Taking, target: Target): Promise<void> {
  const { table, definition, names } = target;
  const same = definition.replace(
    /^CREATE (UNIQUE )?INDEX \S+ ON/,
    `CREATE $1INDEX CONCURRENTLY ${names.made} ON`,
  );
  const other = `CREATE INDEX CONCURRENTLY ${names.made} ON app.${table} ${OTHERS_DEFINITION}`;
  await client.query(kind === "rebuild, other tool" ? same : other);
}

/** In one transaction, so that a valid index has the name at every moment. */
export async function swap(client: pg.Client, target: Target): Promise<Made | undefined> {
  const { name, oid, names } = target;
  await client.query("BEGIN; SET LOCAL lock_timeout = '1s'");
  await client.query(`ALTER INDEX app.${name} RENAME TO ${names.old}`);
  await client.query(`ALTER INDEX app.${names.made} RENAME TO ${name}`);
  if ((await validOid(client, names.old)) !== oid) {
    await client.query("ROLLBACK");
    return undefined;
  }
  const made = await validOid(client, name);
  await client.query("COMMIT");
  return made === undefined ? undefined : { oid: made };
}

export async function redefine(
  client: pg.Client,
  { table, name, oid }: Target,
): Promise<Made | undefined> {
  await client.query("BEGIN; SET LOCAL lock_timeout = '1s'");
  await client.query(`LOCK TABLE app.${table} IN ACCESS EXCLUSIVE MODE`);
  if ((await validOid(client, name)) !== oid) {
    await client.query("ROLLBACK");
    return undefined;
  }
  await client.query(`DROP INDEX app.${name}`);
  await client.query(`CREATE INDEX ${name} ON app.${table} ${OTHERS_DEFINITION}`);
  const made = await validOid(client, name);
  await client.query("COMMIT");
  return made === undefined ? undefined : { oid: made };
}

/** What the lost connection has committed: an index under our name that is not ours. */
export async function madeBy(client: pg.Client, { name, oid }: Target): Promise<Made | undefined> {
  const now = await validOid(client, name);
  if (now === undefined || now === oid || (await isMarked(client, now))) return undefined;
  return { oid: now };
}

/** Drops it if it still has the name, and fails if it does not go. */
export async function dropByOid(client: pg.Client, name: string, oid: number): Promise<void> {
  if ((await nameOf(client, oid)) !== name) return;
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS app.${name}`);
}

/** Drops what the tool has built in vain, whatever has become of it. */
export async function dropMade(client: pg.Client, { names }: Target): Promise<void> {
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS app.${names.made}`);
}

/** Undefined once the index is gone. */
export async function nameOf(client: pg.Client, oid: number): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE oid = $1::int8::oid",
    [oid],
  );
  return rows[0]?.name;
}

export async function validOid(client: pg.Client, name: string): Promise<number | undefined> {
  const { rows } = await client.query<{ oid: number }>(
    `SELECT indexrelid::int8::int AS oid FROM pg_index
      WHERE indexrelid = to_regclass($1) AND indisvalid`,
    [`app.${name}`],
  );
  return rows[0]?.oid;
}

export async function isMarked(client: pg.Client, oid: number): Promise<boolean> {
  const { rows } = await client.query<{ marked: boolean }>(
    `SELECT coalesce(obj_description($1::int8::oid, 'pg_class') LIKE '%managed by Pulumi%', false)
            AS marked`,
    [oid],
  );
  return rows[0]?.marked === true;
}

/** Changes the names back. False if ours is gone: a destroy finds it under whatever name. */
export async function swapBack(client: pg.Client, { name, oid, names }: Target): Promise<boolean> {
  if ((await validOid(client, names.old)) !== oid) return false;
  await client.query("BEGIN; SET LOCAL lock_timeout = '1s'");
  await client.query(`ALTER INDEX app.${name} RENAME TO ${names.made}`);
  await client.query(`ALTER INDEX app.${names.old} RENAME TO ${name}`);
  await client.query("COMMIT");
  return true;
}
