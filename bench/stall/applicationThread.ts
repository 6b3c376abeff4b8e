// The application of `npm run bench -- stall`, in a thread of its own: what else its process does
// must not count as waiting.
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import pg from "pg";

const SESSIONS = 2;
const PAUSE_MS = 4;

const WRITES = ["UPDATE t SET at = now() WHERE id = $1", "UPDATE p SET at = now() WHERE id = $1"];
const READS = ["SELECT * FROM t WHERE id = $1", "SELECT * FROM p WHERE id = $1"];

const { url, rows } = workerData as { readonly url: string; readonly rows: number };
let isOver = false;
parentPort?.once("message", () => {
  isOver = true;
});

async function run(sql: string, client: pg.Client): Promise<number[]> {
  const took: number[] = [];
  while (!isOver) {
    const began = performance.now();
    await client.query(sql, [1 + Math.floor(Math.random() * rows)]);
    took.push(performance.now() - began);
    await delay(PAUSE_MS);
  }
  await client.end();
  return took;
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // The first statement of a session fills its caches.
  await client.query([...WRITES, ...READS].map((sql) => sql.replace("$1", "1")).join("; "));
  return client;
}

const sessions = await Promise.all(
  [WRITES, READS].map((statements) =>
    Promise.all(
      statements.flatMap((sql) =>
        Array.from({ length: SESSIONS }, async () => ({ sql, client: await connected() })),
      ),
    ),
  ),
);
parentPort?.postMessage("ready");
const [writes, reads] = await Promise.all(
  sessions.map(async (those) => {
    const took = await Promise.all(those.map(({ sql, client }) => run(sql, client)));
    return took.flat();
  }),
);
parentPort?.postMessage({ writes, reads });
