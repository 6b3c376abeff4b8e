import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { PARTITIONED, ROW } from "../application/chaosTables.ts";
import { patiently, withClient } from "../chaosServer.ts";
import { pickAt } from "./seededRandom.ts";
import type { Event } from "./troubleSchedule.ts";

/** A partition of a region that the application never writes to. */
const SPARE = `app.${PARTITIONED}_spare`;
const SPARE_REGION = 9;
const SPARE_ROWS = 10_000;
const PARENT = `app.${PARTITIONED}`;

/** `DETACH PARTITION … CONCURRENTLY` is new in PostgreSQL 14. */
const CONCURRENTLY_FROM = 140_000;

type State = "attached" | "detached" | "pending" | "none";

async function stateOf(client: pg.Client): Promise<State> {
  const { rows } = await client.query<{ state: State }>(
    `SELECT CASE WHEN to_regclass($1) IS NULL THEN 'none' WHEN h.inhrelid IS NULL THEN 'detached'
                 WHEN (to_jsonb(h) ->> 'inhdetachpending')::bool THEN 'pending'
                 ELSE 'attached' END AS state
       FROM (SELECT) one LEFT JOIN pg_inherits h ON h.inhrelid = to_regclass($1)`,
    [SPARE],
  );
  return rows[0]?.state ?? "none";
}

/** Another tool takes the partition away, in either way that PostgreSQL knows. */
export async function detachSpare(url: string, { pick, holdMs }: Event): Promise<boolean> {
  try {
    const hit = await withClient(url, async (client) => {
      if ((await stateOf(client)) !== "attached") return false;
      const { rows } = await client.query<{ version: string }>(
        "SELECT current_setting('server_version_num') AS version",
      );
      return Number(rows[0]?.version) >= CONCURRENTLY_FROM && pick < 0.5
        ? detachConcurrently(client)
        : detachBriefly(client);
    });
    await sleep(hit ? holdMs / 2 : 0);
    return hit;
  } finally {
    await patiently(url, finishDetaching);
  }
}

async function detachConcurrently(client: pg.Client): Promise<boolean> {
  // A deadlock with a build may end it; what it has begun is finished afterwards.
  await client
    .query(`ALTER TABLE ${PARENT} DETACH PARTITION ${SPARE} CONCURRENTLY`)
    .catch(() => {});
  return true;
}

/** Stops writes while it waits, so it waits briefly and tries again, as a person would. */
async function detachBriefly(client: pg.Client): Promise<boolean> {
  await client.query("SET lock_timeout = '300ms'");
  for (let tries = 0; tries < 10; tries += 1) {
    const isDone = await client.query(`ALTER TABLE ${PARENT} DETACH PARTITION ${SPARE}`).then(
      () => true,
      () => false,
    );
    if (isDone) return true;
    await sleep(500);
  }
  return false;
}

async function finishDetaching(client: pg.Client): Promise<void> {
  if ((await stateOf(client)) === "pending")
    await client.query(`ALTER TABLE ${PARENT} DETACH PARTITION ${SPARE} FINALIZE`);
}

const WAYS = ["as it is", "as a partition", "bare", "with the indexes"] as const;

/** Another tool attaches the partition that was detached, or a new one, with the indexes or without. */
export async function attachSpare(
  url: string,
  { pick }: Event,
  rows = SPARE_ROWS,
): Promise<boolean> {
  return withClient(url, async (client) => {
    const state = await stateOf(client);
    if (state === "attached" || state === "pending") return false;
    const way = pickAt(WAYS, pick) ?? "bare";
    await client.query("BEGIN; SET LOCAL lock_timeout = '2s'");
    await (way === "as it is" && state === "detached"
      ? attach(client)
      : attachNew(client, way, rows));
    await tidy(client);
    await client.query("COMMIT");
    return true;
  });
}

async function attachNew(
  client: pg.Client,
  way: (typeof WAYS)[number],
  rows: number,
): Promise<void> {
  const isPartition = way === "as a partition";
  await client.query(`DROP TABLE IF EXISTS ${SPARE}`);
  await client.query(
    isPartition
      ? `CREATE TABLE ${SPARE} PARTITION OF ${PARENT} FOR VALUES IN (${SPARE_REGION})`
      : `CREATE TABLE ${SPARE} (LIKE ${PARENT} INCLUDING DEFAULTS)`,
  );
  await client.query(`ALTER TABLE ${SPARE} OWNER TO ${await ownerOfParent(client)}`);
  await client.query(
    `INSERT INTO ${SPARE} (id, region, code, state, amount, note, tags, doc)
     SELECT n, ${SPARE_REGION}, r.code, r.state, r.amount, r.note, r.tags, r.doc
       FROM generate_series(1, $1::int) n, LATERAL (SELECT ${ROW}) r`,
    [rows],
  );
  if (way === "with the indexes") await buildAsParent(client);
  if (!isPartition) await attach(client);
}

async function ownerOfParent(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ owner: string }>(
    "SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = $1::regclass",
    [PARENT],
  );
  return rows[0]?.owner ?? "current_user";
}

async function attach(client: pg.Client): Promise<void> {
  await client.query(
    `ALTER TABLE ${PARENT} ATTACH PARTITION ${SPARE} FOR VALUES IN (${SPARE_REGION})`,
  );
}

/** ATTACH PARTITION takes a matching index instead of building one. */
async function buildAsParent(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE indrelid = $1::regclass AND indisvalid AND NOT indisprimary ORDER BY 1`,
    [PARENT],
  );
  for (const [i, { definition }] of rows.entries())
    await client.query(
      definition.replace(
        /^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+/,
        `CREATE $1INDEX other_tool_part_${i} ON ${SPARE}`,
      ),
    );
}

/** Drops what the parent has no more, as a person would who attaches an old partition again. */
async function tidy(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT indexrelid::regclass::text AS name FROM pg_index x
      WHERE indrelid = $1::regclass
        AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = x.indexrelid)`,
    [SPARE],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
}
