import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Declaration } from "../stacks/declarations.ts";
import { notAsDeclared } from "./declaredDefinitions.ts";
import { notAttached } from "./standingJudge.ts";

/** How long an orphan of a killed command may go on working. */
const PATIENCE_MS = 60_000;

/**
 * Checks the catalog at the end. Each check returns what is wrong, in words, or nothing if all is
 * well.
 */
export async function judge(
  client: pg.Client,
  declarations: readonly Declaration[],
  patienceMs = PATIENCE_MS,
): Promise<string[]> {
  const names = declarations.map(({ args }) => args.name);
  return [
    ...(await sessionsLeft(client, patienceMs)),
    ...(await locksLeft(client)),
    ...(await notAsDeclared(client, declarations)),
    ...(await notAttached(client, names)),
    ...(await markedByNobody(client, names)),
    ...(await broken(client)),
    ...(await corrupt(client)),
  ];
}

/** The names of the indexes that a destroy has left behind, except those on a detached partition. */
export async function indexesLeft(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace AND NOT indisprimary AND relname !~ '^other_tool'
        AND NOT (indisvalid AND indrelid::regclass::text = 'app.events_spare'
                 AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indrelid))`,
  );
  return rows.map(({ name }) => name);
}

async function sessionsLeft(client: pg.Client, patienceMs: number): Promise<string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT format('session %s (%s, %s) is left: %s', pid, application_name, state, query) AS line
         FROM pg_stat_activity
        WHERE application_name LIKE 'pgindex%' AND datname = current_database()`,
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map(({ line }) => line);
    await sleep(500);
  }
}

/** Nothing else here uses advisory locks. */
async function locksLeft(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('the advisory lock %s is still held by %s', objid, pid) AS line FROM pg_locks
      WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ line }) => line);
}

/** A mark says that a stack answers for the index: it has to be one that is declared. */
async function markedByNobody(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('%s is marked, and nobody declares it: %s', relname,
                   obj_description(oid, 'pg_class')) AS line
       FROM pg_class WHERE relkind IN ('i', 'I') AND relname <> ALL($1)
        AND obj_description(oid, 'pg_class') LIKE '%managed by Pulumi%' ORDER BY 1`,
    [names],
  );
  return rows.map(({ line }) => line);
}

const LEFTOVER = "_pgindex_(new|old)$|_pgindex_drop_[0-9]+$|_cc(new|old)[0-9]*$";

async function broken(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('%s on %s: valid %s, ready %s, live %s', indexrelid::regclass,
                   indrelid::regclass, indisvalid, indisready, indislive) AS line
       FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace
        AND (NOT (indisvalid AND indisready AND indislive) OR relname ~ $1)
     UNION ALL
     SELECT format('%s of partition %s is not attached', indexrelid::regclass, indrelid::regclass)
       FROM pg_index x JOIN pg_inherits t ON t.inhrelid = indrelid
       LEFT JOIN pg_inherits p ON p.inhrelid = indexrelid
      WHERE p.inhparent IS NULL AND indexrelid::regclass::text !~ '^app\\.other_tool'
      ORDER BY 1`,
    [LEFTOVER],
  );
  return rows.map(({ line }) => line);
}

/**
 * Checks that every row of the table is in the index
 * (https://www.postgresql.org/docs/current/amcheck.html).
 */
async function corrupt(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT indexrelid::int8::int AS oid, indexrelid::regclass::text AS name
       FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace AND relkind = 'i' AND indisvalid
        AND relam = (SELECT oid FROM pg_am WHERE amname = 'btree')`,
  );
  const problems: string[] = [];
  for (const { oid, name } of rows)
    await client
      .query("SELECT bt_index_check($1::int8::oid::regclass, heapallindexed => true)", [oid])
      .catch((error: Error) => problems.push(`${name} is corrupt: ${error.message}`));
  return problems;
}
