// Watches an index from a process of its own until its stdin ends: node <this file> <url> <Watch as
// JSON>. Prints what it saw.
import { once } from "node:events";
import pg from "pg";
import type { Seen, Watch } from "./watcher.ts";

const [url = "", task = "{}"] = process.argv.slice(2);
const { schema, names, query, write }: Watch = JSON.parse(task);
const seen: Seen = { looks: 0, gaps: 0, plans: {}, writes: 0, errors: [], seconds: 0 };
let isOver = false;

const LOOK = {
  name: "look",
  text: `SELECT count(*)::int AS valid FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
          WHERE c.relnamespace = $1::text::regnamespace AND c.relname = ANY($2)
            AND i.indisvalid AND i.indisready AND i.indislive`,
  values: [schema, names],
};

async function look(client: pg.Client): Promise<void> {
  const { rows } = await client.query(LOOK);
  seen.looks += 1;
  if (rows[0].valid < 1) seen.gaps += 1;
}

async function explain(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${query}`);
  const plan = JSON.stringify(rows[0]["QUERY PLAN"]);
  const used = [...plan.matchAll(/"Index Name":"([^"]+)"/g)].map(([, name]) => name).join() || plan;
  seen.plans[used] = (seen.plans[used] ?? 0) + 1;
}

async function doWrite(client: pg.Client): Promise<void> {
  await client.query(write);
  seen.writes += 1;
}

function keep({ message, detail }: Error & { detail?: string }): void {
  seen.errors.push(detail ? `${message}: ${detail}` : message);
}

async function loop(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  while (!isOver) await work(client).catch(keep);
  await client.end();
}

const started = performance.now();
const loops = [look, look, look, explain, doWrite].map(loop);
process.stdout.write("watching\n");
process.stdin.resume();
await once(process.stdin, "end");
isOver = true;
await Promise.all(loops);
seen.seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ ...seen, errors: seen.errors.slice(0, 5) }));
