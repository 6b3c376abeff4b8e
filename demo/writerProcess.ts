// The process started by startWriter. The URL arrives by IPC, because arguments are public.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { answerParent } from "./childProcess.ts";
import type { Question } from "./writer.ts";
import { Journal } from "./writerJournal.ts";
import { pickTargets, type Targets, WORK, type Work } from "./writerWork.ts";

const STOP_PATIENCE_MS = 10_000;

const journal = new Journal();
let stopping = false;
let lanes: Promise<unknown> = Promise.resolve();

async function start(url: string, name: string): Promise<void> {
  const pool = new pg.Pool({
    connectionString: url,
    max: WORK.length,
    application_name: name,
    // A connection opened mid-run would count as a slow write.
    idleTimeoutMillis: 0,
  });
  // If the server closes an idle connection, no write fails: the pool opens another.
  pool.on("error", () => {});
  const targets = await pickTargets(pool, name);
  lanes = Promise.all(WORK.map((work) => lane(work, pool, targets)));
  lanes.finally(() => pool.end());
}

async function lane(work: Work, pool: pg.Pool, targets: Targets) {
  while (!stopping) {
    // Spread out, because otherwise the lanes would write in step.
    const pause = sleep(work.everyMs * (0.5 + Math.random()));
    await journal.record(work.table, () => work.write(pool, targets));
    await pause;
  }
}

async function stop() {
  stopping = true;
  await Promise.race([lanes, sleep(STOP_PATIENCE_MS)]);
  journal.abandon("no answer until the writer stopped");
  return journal.totals();
}

async function answer(question: Question): Promise<unknown> {
  switch (question.kind) {
    case "start":
      return start(question.url, question.name);
    case "slowest":
      return journal.slowest(question.from, question.to, question.parts);
    case "stats":
      return journal.between(question.from, question.to);
    case "stop":
      return stop();
  }
}

answerParent(answer);
