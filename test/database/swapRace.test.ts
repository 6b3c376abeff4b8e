// Another tool exchanges two indexes by name in a transaction of its own while we drop or replace
// one of them. DROP INDEX finds its index by name again after it has waited for the lock.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { ownerOf } from "../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const TIMINGS = 200;
const LANES = 8;
/** Longer than our look and our wait, so that the exchange comes at every moment of a drop. */
const LONGEST_MS = 250;

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** A repeatable sequence from 0 to 1 (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Query = (sql: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;

interface Lane {
  readonly table: string;
  readonly random: () => number;
  /** The exchange's session. */
  readonly exchange: Query;
  /** Another one, to look. */
  readonly look: Query;
}

type Change = (table: string) => Promise<void>;

/** Builds ours and a foreign `_v2`, and starts the change and the exchange at random moments. */
async function race(
  { table, random, exchange, look }: Lane,
  begin: (table: string) => Promise<Change>,
) {
  await look(`DROP TABLE IF EXISTS ${table}`);
  await look(`CREATE TABLE ${table} (a int, b int)`);
  await look(`CREATE INDEX ${table}_v2 ON ${table} (a) INCLUDE (b)`);
  const change = await begin(table);
  const {
    rows: [foreign],
  } = await look(`SELECT '${table}_v2'::regclass::oid AS oid`);
  const exchanging = (async () => {
    await delay(random() * LONGEST_MS);
    await exchange("BEGIN");
    await exchange(`ALTER INDEX IF EXISTS ${table}_idx RENAME TO ${table}_old`);
    await exchange(`ALTER INDEX ${table}_v2 RENAME TO ${table}_idx`);
    await delay(random() * LONGEST_MS);
    await exchange("COMMIT");
  })();
  await delay(random() * LONGEST_MS);
  // What it is told is another matter: it may refuse, or keep an index that is another by now.
  await change(table).catch(() => undefined);
  await exchanging.catch(() => exchange("ROLLBACK"));
  const {
    rows: [left],
  } = await look(
    "SELECT indisvalid AND indisready AND indislive AS valid FROM pg_index WHERE indexrelid = $1",
    [(foreign as { oid: number }).oid],
  );
  return (left as { valid: boolean } | undefined)?.valid === true;
}

async function raceAll(begin: (table: string) => Promise<Change>): Promise<number> {
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const [exchanger, looker] = [await db.connect(), await db.connect()];
    const random = sequence(2026 + lane);
    let lost = 0;
    for (let timing = 0; timing < TIMINGS / LANES; timing += 1) {
      const exchange: Query = (sql) => exchanger.query(sql);
      const look: Query = (sql, values) => looker.query(sql, values);
      if (!(await race({ table: `t${lane}`, random, exchange, look }, begin))) lost += 1;
    }
    return lost;
  });
  return (await Promise.all(lanes)).reduce((sum, lost) => sum + lost, 0);
}

const claimed = (id: string) => ({
  owner: ownerOf("urn:pulumi:dev::tests::pulumi-nodejs:pgindex:Index::it", id),
  marks: true,
});

async function built(table: string) {
  const database = targetOf(db.url, { patience: { retries: 2, waitForMs: 5_000 } });
  const desired = await declare({ table, name: `${table}_idx`, columns: ["a"] });
  const claim = claimed("0123456789ab");
  const { ctx } = record();
  const ensured = await ensureIndex({ database, desired, claim, ctx });
  return { database, claim, ctx, outputs: toIndexOutputs(ensured, desired, []) };
}

test(`${TIMINGS} drops at random moments of an exchange lose no foreign index`, async () => {
  const lost = await raceAll(async (name) => {
    const { database, outputs, ctx } = await built(name);
    return () => dropIndex(database, outputs, ctx);
  });
  expect(lost).toBe(0);
});

test(`${TIMINGS} replacements at random moments of an exchange lose no foreign index`, async () => {
  const lost = await raceAll(async (name) => {
    const { database, outputs, ctx, claim } = await built(name);
    return async (table) => {
      const desired = await declare({ table, name: `${table}_idx`, columns: ["b"] });
      await ensureIndex({ database, desired, claim, previous: outputs, ctx });
    };
  });
  expect(lost).toBe(0);
});
