import type pg from "pg";
import type { Disturbances } from "../judge/disturbances.ts";

/** The names whose index the stack has found, not built: a destroy has to keep it. */
export async function adoptedNames(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'app'::regnamespace AND relname = ANY($1)
        AND obj_description(oid, 'pg_class') ~ '\\[pgindex 1 adopted '`,
    [names],
  );
  return rows.map(({ name }) => name);
}

/** Those that no index has. */
export async function missingNames(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass('app.' || name) IS NULL`,
    [names],
  );
  return rows.map(({ name }) => name);
}

/**
 * The names under which an index of another tool stands: the tool has left it, and no stack has
 * marked it. A person drops it by hand, as destroy and refusal say.
 */
export async function unowned(
  client: pg.Client,
  names: readonly string[],
  disturbances: Disturbances,
): Promise<string[]> {
  const now = Date.now();
  const busy = disturbances.within(now, now);
  const asked = names.filter((name) => disturbances.lookalikes.has(name) && !busy.includes(name));
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'app'::regnamespace AND relname = ANY($1)
        AND coalesce(obj_description(oid, 'pg_class'), '') NOT LIKE '%managed by Pulumi%'`,
    [asked],
  );
  return rows.map(({ name }) => name);
}
