// The process that runs the engine, like the provider's process during a `pulumi up`. It runs the
// package as built.
import { getEventListeners } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { answerParent } from "../../demo/childProcess.ts";
import type { Context } from "../../providers/pgindex/src/engine/operation/context.ts";
import type { IndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { databaseOf } from "../../providers/pgindex/src/engine/session/database.ts";
import type { Sample } from "./soakMeasures.ts";
import { INDEXES, SLOW_INDEX, type SoakedIndex, WRONG_INDEX } from "./soakTables.ts";

const require = createRequire(import.meta.url);
/** A soak measures what `pulumi-pgindex` ships, not the sources. */
const built = "../../providers/pgindex/dist/engine";
const {
  parseIndexArgs,
}: typeof import("../../providers/pgindex/src/engine/declare/parseIndex.ts") = require(
  `${built}/declare/parseIndex.js`,
);
const { dropIndex }: typeof import("../../providers/pgindex/src/engine/drop/drop.ts") = require(
  `${built}/drop/drop.js`,
);
const {
  ensureIndex,
}: typeof import("../../providers/pgindex/src/engine/build/ensure.ts") = require(
  `${built}/build/ensure.js`,
);
const {
  toIndexOutputs,
}: typeof import("../../providers/pgindex/src/engine/record/outputs.ts") = require(
  `${built}/record/outputs.js`,
);
const {
  previewIndex,
}: typeof import("../../providers/pgindex/src/engine/build/preview.ts") = require(
  `${built}/build/preview.js`,
);
const {
  refreshIndex,
}: typeof import("../../providers/pgindex/src/engine/record/refresh.ts") = require(
  `${built}/record/refresh.js`,
);

export interface Question {
  readonly url: string;
  /** How long to run cycles before answering. */
  readonly ms: number;
}

export interface Answer {
  readonly cycles: number;
  readonly sample: Sample;
}

/** As in the provider, these live as long as the process. */
const cancel = new AbortController();
const drain = new AbortController();
const ctx = contextOf(cancel.signal);

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
let cycles = 0;

function contextOf(signal: AbortSignal): Context {
  return { signal, draining: drain.signal, log: () => {}, status: () => {} };
}

async function answer({ url, ms }: Question): Promise<Answer> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await cycle(url);
    cycles += 1;
  }
  collectGarbage();
  return { cycles, sample: sample() };
}

/**
 * Everything a stack does with its indexes, plus an index that cannot be built and one that is
 * cancelled.
 */
async function cycle(url: string): Promise<void> {
  await Promise.all([...INDEXES.map((index) => live(url, index)), fail(url), cancelOne(url)]);
}

/** From the preview of a new index, through replacing it in place, to dropping it. */
async function live(url: string, { first, second }: SoakedIndex): Promise<void> {
  await previewIndex(targetOf(url), await parsed(first), { previous: undefined });
  let outputs = await ensure(url, first);
  await previewIndex(targetOf(url), await parsed(second), { previous: outputs });
  outputs = await ensure(url, second, outputs);
  const refreshed = await refreshIndex(targetOf(url), outputs);
  if (!refreshed || refreshed.drift) throw new Error(`${outputs.name}: ${refreshed?.drift}`);
  await dropIndex(targetOf(url), refreshed, ctx);
}

async function ensure(url: string, args: Args, previous?: IndexOutputs): Promise<IndexOutputs> {
  const desired = await parsed(args);
  const ensured = await ensureIndex({ database: targetOf(url), desired, previous, ctx });
  return toIndexOutputs(ensured, desired, [], previous);
}

async function fail(url: string): Promise<void> {
  const outcome = await ensure(url, WRONG_INDEX).then(
    () => "built",
    (error: Error) => error.message,
  );
  if (!/duplicate|could not create unique/.test(outcome)) throw new Error(outcome);
}

/** Cancels a build, however far it has got. */
async function cancelOne(url: string): Promise<void> {
  const stop = new AbortController();
  const desired = await parsed(SLOW_INDEX);
  const building = ensureIndex({ database: targetOf(url), desired, ctx: contextOf(stop.signal) });
  setTimeout(() => stop.abort(), 300 * Math.random());
  const outcome = await building.catch((error: Error) => error.message);
  if (typeof outcome === "string" && !/^cancelled/.test(outcome)) throw new Error(outcome);
}

type Args = Readonly<Record<string, unknown>>;

async function parsed(args: Args) {
  const result = await parseIndexArgs(args);
  if (result.kind === "ok") return result.value;
  throw new Error(JSON.stringify(result));
}

const targetOf = (url: string) => databaseOf({ url, maxConcurrentBuilds: 4 });

const MB = 2 ** 20;

function sample(): Sample {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    "resident set": rss / MB,
    heap: heapUsed / MB,
    "external memory": external / MB,
    "open handles": process.getActiveResourcesInfo().length,
    "file descriptors": readdirSync("/proc/self/fd").length,
    "listeners of the cancel signal": getEventListeners(cancel.signal, "abort").length,
  };
}

answerParent(answer);
