import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Declaration } from "../stacks/declarations.ts";
import { notAsDeclared } from "./declaredDefinitions.ts";

/** How often the judge asks again when the server is restarted under it. */
const ASKS = 20;

/**
 * Checks the indexes of one stack right after a command of it has succeeded. Only what the command
 * has promised is checked: others go on meanwhile.
 */
export async function judgeStanding(
  ask: (work: (client: pg.Client) => Promise<string[]>) => Promise<string[]>,
  declarations: readonly Declaration[],
  schema: string,
): Promise<string[]> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask(async (client) => {
        const wrong = await notAsDeclared(client, declarations, schema);
        const names = declarations.map(({ args }) => args.name);
        return [
          ...wrong,
          ...(await notValid(client, names)),
          ...(await notAttached(client, names)),
        ];
      });
    } catch (error) {
      if (asked === ASKS) return [`it could not be judged: ${(error as Error).message}`];
      await sleep(500);
    }
  }
}

/**
 * Partitions without a valid index of a partitioned one. Another tool may attach one between the two
 * reads of a look, so only what two looks find is missing.
 */
export async function notAttached(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const first = await partsMissing(client, names);
  if (first.length === 0) return [];
  await sleep(500);
  const second = new Set(await partsMissing(client, names));
  return first.filter((line) => second.has(line));
}

async function partsMissing(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('%s has no valid index on partition %s', i.relname, part.relid) AS line
       FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      CROSS JOIN LATERAL pg_partition_tree(x.indrelid) AS part
      WHERE i.relkind = 'I' AND i.relnamespace = 'app'::regnamespace AND i.relname = ANY($1)
        AND part.isleaf
        AND NOT EXISTS (SELECT FROM pg_inherits h JOIN pg_index c ON c.indexrelid = h.inhrelid
                         WHERE h.inhparent = i.oid AND c.indrelid = part.relid AND c.indisvalid)
      ORDER BY 1`,
    [names],
  );
  return rows.map(({ line }) => line);
}

async function notValid(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace AND relname = ANY($1)
        AND indisvalid AND indisready AND indislive`,
    [names],
  );
  const valid = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !valid.has(name)).map((name) => `${name} is not valid`);
}
