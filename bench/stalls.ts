// node tools/run.mjs bench/stalls.ts: measures how long an application's statements wait while
// pgindex needs a lock that stops them and an idle transaction is in its way.
import "../test/support/engine/engineSources.ts";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { startEmbedded } from "../tools/embeddedPostgres.ts";

const { ensureIndex } = await import("../providers/pgindex/src/engine/build/ensure.ts");
const { databaseOf } = await import("../providers/pgindex/src/engine/session/database.ts");
const { parseIndexArgs } = await import("../providers/pgindex/src/engine/declare/parseIndex.ts");

const HOLD_S = 30;
const CLIENTS = 4;

interface Scene {
  readonly title: string;
  readonly index: Record<string, unknown>;
  /** Undefined: nobody is idle, and the application's own transactions are in the way. */
  readonly holding?: string;
  readonly application: string;
  /** What is usually done instead: a lock timeout of a second, again and again. */
  readonly plain: string;
}

const SCENES: readonly Scene[] = [
  {
    title: "a unique constraint, behind an idle reader",
    index: { table: "t", name: "t_key", columns: ["a"], constraint: "unique" },
    holding: "SELECT 1 FROM t LIMIT 1",
    application: "SELECT 1 FROM t WHERE a = 7",
    plain: "LOCK TABLE t IN ACCESS EXCLUSIVE MODE",
  },
  {
    title: "the entry of a partitioned index (ON ONLY), behind an idle writer",
    index: { table: "m", name: "m_idx", columns: ["a"] },
    holding: "DELETE FROM m WHERE false",
    application: "DELETE FROM m WHERE a = 7",
    plain: "LOCK TABLE ONLY m IN SHARE MODE",
  },
  {
    title: "an ATTACH, behind an idle reader of the partition",
    index: { table: "p", name: "p_idx", columns: ["a"] },
    holding: "SELECT 1 FROM p1 LIMIT 1",
    application: "SELECT 1 FROM p WHERE a = 7",
    plain: "LOCK TABLE ONLY p1 IN ACCESS EXCLUSIVE MODE",
  },
  {
    title: "a unique constraint, among transactions of 20 ms",
    index: { table: "u", name: "u_key", columns: ["a"], constraint: "unique" },
    application: "BEGIN; SELECT 1 FROM u WHERE a = 7; SELECT pg_sleep(0.02); COMMIT",
    plain: "LOCK TABLE u IN ACCESS EXCLUSIVE MODE",
  },
];

const TABLES = [
  "CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 10000) i",
  "CREATE TABLE u AS SELECT i AS a FROM generate_series(1, 10000) i",
  "CREATE TABLE m (a int) PARTITION BY RANGE (a)",
  "CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (100000)",
  "CREATE TABLE p (a int) PARTITION BY RANGE (a)",
  "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100000)",
  "CREATE INDEX ON p1 (a)",
];

const server = await startEmbedded({ name: "bench-stalls", settings: { fsync: "on" } });
const connect = async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return client;
};
const admin = await connect();
for (const sql of TABLES) await admin.query(sql);

/** Runs the application until `work` is done. */
async function withApplication(sql: string, work: () => Promise<void>): Promise<string> {
  let isOver = false;
  let longest = 0;
  let statements = 0;
  let waitedMs = 0;
  let longestWait = 0;
  let waiting = new Map<number, number>();
  const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
  const running = clients.map(async (client) => {
    while (!isOver) {
      const began = performance.now();
      await client.query(sql);
      longest = Math.max(longest, performance.now() - began);
      statements += 1;
      await delay(5);
    }
  });
  const watching = (async () => {
    const client = await connect();
    let last = performance.now();
    while (!isOver) {
      const { rows } = await client.query(
        `SELECT pid FROM pg_stat_activity
          WHERE wait_event_type = 'Lock' AND pid = ANY($1)`,
        [clients.map((each) => (each as unknown as { processID: number }).processID)],
      );
      const now = performance.now();
      waitedMs += rows.length * (now - last);
      waiting = new Map(rows.map(({ pid }) => [pid, waiting.get(pid) ?? last]));
      longestWait = Math.max(longestWait, ...[...waiting.values()].map((since) => now - since));
      last = now;
      await delay(5);
    }
    await client.end();
  })();
  const began = performance.now();
  await work();
  const tookMs = performance.now() - began;
  isOver = true;
  await Promise.all([...running, watching]);
  await Promise.all(clients.map((client) => client.end()));
  const share = ((waitedMs / (tookMs * CLIENTS)) * 100).toFixed(2);
  return (
    `${(tookMs / 1000).toFixed(1)} s, ${statements} statements, longest ${Math.round(longest)} ms, ` +
    `longest wait for a lock ${Math.round(longestWait)} ms, together ${share} % of the time`
  );
}

async function hold(sql: string | undefined): Promise<() => Promise<void>> {
  const client = await connect();
  if (sql) {
    await client.query("BEGIN");
    await client.query(sql);
  }
  return async () => {
    if (sql) await client.query("ROLLBACK");
    await client.end();
  };
}

/** While somebody is in the way for half a minute, and until it is done. */
async function behindHolder(holding: string | undefined, work: () => Promise<void>): Promise<void> {
  const release = await hold(holding);
  const working = work();
  if (holding) await delay(HOLD_S * 1000);
  await release();
  await working;
}

async function usual(sql: string): Promise<void> {
  const client = await connect();
  for (let isDone = false; !isDone; ) {
    await client.query("BEGIN; SET LOCAL lock_timeout = '1s'");
    isDone = await client.query(sql).then(
      () => true,
      () => false,
    );
    await client.query("ROLLBACK");
    if (!isDone) await delay(400);
  }
  await client.end();
}

async function ours(index: Record<string, unknown>): Promise<void> {
  const parsed = await parseIndexArgs(index);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const never = new AbortController().signal;
  const log = (_severity: string, line: string) => {
    if (line.includes("stops reads or writes")) console.log(`    ${line}`);
  };
  const ctx = { signal: never, draining: never, log, status: () => {} };
  const database = databaseOf({ url: server.url });
  const { live } = await ensureIndex({ database, desired: parsed.value, ctx });
  if (!live.valid) throw new Error("the index is not valid");
}

for (const { title, index, holding, application, plain } of SCENES) {
  console.log(title);
  const alone = await withApplication(application, () => delay(5_000).then(() => undefined));
  console.log(`  nothing else:   ${alone}`);
  const before = await withApplication(application, () =>
    behindHolder(holding, () => usual(plain)),
  );
  console.log(`  1 s, retried:   ${before}`);
  const now = await withApplication(application, () => behindHolder(holding, () => ours(index)));
  console.log(`  pgindex:        ${now}`);
}
await admin.end();
await server.stop();
