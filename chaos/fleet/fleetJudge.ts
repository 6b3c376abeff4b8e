// What has to hold when a fleet's rollout is done, by the catalogs and by the records.
import { withClient } from "../chaosServer.ts";
import { type FleetScene, INDEX } from "./fleetScene.ts";

/** Every promise that was broken, in words. */
export async function brokenPromises(scene: FleetScene): Promise<string[]> {
  const invalid: string[] = [];
  for (const { name, url } of scene.databases) {
    const problem = await problemIn(url);
    if (problem) invalid.push(`${name}: ${problem}`);
  }
  return [...invalid, ...(await withClient(scene.queue.url, recordedTrouble))];
}

/** One valid index of the name, nothing INVALID, no leftover, and nobody who still holds a key. */
async function problemIn(url: string): Promise<string | undefined> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; good: boolean }>(
      `SELECT c.relname AS name, i.indisvalid AND i.indisready AND i.indislive AND i.indisunique AS good
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'public.events'::regclass`,
    );
    const locks = await client.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    if (locks.rows.length > 0) return `${locks.rows.length} advisory locks are held`;
    const found = rows.map(({ name, good }) => `${name} ${good ? "valid" : "INVALID"}`).join(", ");
    return found === `${INDEX} valid` ? undefined : `has ${found || "no index"}`;
  });
}

interface Client {
  query<Row>(sql: string): Promise<{ readonly rows: readonly Row[] }>;
}

/** Waves in order, and no target taken by two workers that were both alive. */
async function recordedTrouble(client: Client): Promise<string[]> {
  const early = await client.query<{ name: string }>(
    `SELECT t.name FROM pgindex_fleet.target t
       JOIN pgindex_fleet.wave before ON before.rollout = t.rollout AND before.number = t.wave - 1
      WHERE t.began_at < before.proved_at OR before.proved_at IS NULL`,
  );
  const unfinished = await client.query<{ name: string; state: string }>(
    "SELECT name, state FROM pgindex_fleet.target WHERE state <> 'done' OR has_slot",
  );
  return [
    ...early.rows.map(({ name }) => `${name} began before its wave`),
    ...unfinished.rows.map(({ name, state }) => `${name} is ${state}`),
  ];
}

interface Event {
  readonly target: string;
  readonly worker: string;
  readonly what: string;
}

/**
 * Targets that a worker has taken while another had it, which had not been killed: of each target's
 * events, in order.
 */
export async function takenTwice(
  scene: FleetScene,
  killed: (worker: string) => boolean,
): Promise<string[]> {
  const { rows } = await withClient(scene.queue.url, (client) =>
    client.query<Event>(
      "SELECT target, worker, what FROM pgindex_fleet.event WHERE target IS NOT NULL ORDER BY id",
    ),
  );
  const holders = new Map<string, string>();
  const twice: string[] = [];
  for (const { target, worker, what } of rows) {
    const holder = holders.get(target);
    if (what !== "taken") holders.delete(target);
    else {
      if (holder !== undefined && !killed(holder)) twice.push(`${target}: ${holder} and ${worker}`);
      holders.set(target, worker);
    }
  }
  return twice;
}
