// The process started by startReader. The URL arrives by IPC, because arguments are public.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { indexes } from "../stacks/phase3.ts";
import { answerParent } from "./childProcess.ts";
import type { Question, ReadTotals } from "./reader.ts";

const PAUSE_MS = 50;
// People waiting for a slow page request fewer of them.
const PATIENCE = 3;

const QUERIES = Object.values(indexes).flatMap(({ serves }) => serves);

type Read = () => Promise<unknown>;

const totals: ReadTotals = { reads: 0, failed: 0 };
let stopping = false;
let reading: Promise<unknown> = Promise.resolve();

async function start(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on("error", () => {});
  await client.connect();
  const reads: Read[] = [];
  for (const { sql, sample = "" } of QUERIES) {
    const { rows } = await client.query<unknown[]>({ text: sample, rowMode: "array" });
    reads.push(...rows.map((values) => () => client.query(sql, values)));
  }
  reading = readAllTheTime(reads).finally(() => client.end());
}

async function readAllTheTime(reads: Read[]): Promise<void> {
  for (let n = 0; !stopping; n = (n + 1) % reads.length) {
    const began = performance.now();
    await reads[n]?.().then(
      () => {
        totals.reads += 1;
      },
      () => {
        totals.failed += 1;
      },
    );
    await sleep(Math.max(PAUSE_MS, PATIENCE * (performance.now() - began)));
  }
}

answerParent(async (question: Question): Promise<unknown> => {
  if (question.kind === "start") return start(question.url, question.name);
  stopping = true;
  await reading;
  return totals;
});
