import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** How long an application's statements took, in milliseconds. */
interface Latency {
  readonly longest: number;
  readonly p99: number;
}

/** What an application saw while something was done. */
export interface Seen {
  readonly seconds: number;
  readonly writes: Latency;
  readonly reads: Latency;
}

const THREAD = join(import.meta.dirname, "applicationThread.ts");

/** Lets an application write and read both tables steadily, one row at a time, during the work. */
export async function withApplication(
  url: string,
  rows: number,
  work: () => Promise<void>,
): Promise<Seen> {
  const application = new Worker(THREAD, { workerData: { url, rows } });
  await once(application, "message");
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  application.postMessage("stop");
  const [took] = await once(application, "message");
  return { seconds, writes: latencyOf(took.writes), reads: latencyOf(took.reads) };
}

function latencyOf(took: readonly number[]): Latency {
  const sorted = took.toSorted((a, b) => a - b);
  return { longest: sorted.at(-1) ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}
