import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CleanUp } from "../demo/cleanUp.ts";
import type { EmbeddedServer } from "../tools/embeddedPostgres.ts";
import { Census } from "./judge/buildCensus.ts";
import { indexesLeft, judge } from "./judge/catalogJudge.ts";
import type { Options } from "./chaosOptions.ts";
import { startServer, withClient } from "./chaosServer.ts";
import { Stack, type Watchers } from "./stacks/chaosStack.ts";
import { BUILDER, makeBuilder, makeTables } from "./application/chaosTables.ts";
import { startWriter, type Written } from "./application/chaosWriter.ts";
import { declarationsFor, type StackName } from "./stacks/declarations.ts";
import { NameSampler } from "./judge/nameSampler.ts";
import { say } from "./progressLog.ts";
import { environmentOf } from "./stacks/pulumiCli.ts";
import type { RunFolder } from "./stacks/runFolder.ts";
import { RunRecord } from "./judge/runRecord.ts";
import { type Event, type Goal, goalsOf, scheduleOf } from "./troubles/troubleSchedule.ts";
import { type Arena, makeTrouble, OTHER_INDEX } from "./troubles/makeTrouble.ts";

/** The outcome of a complete run. */
export interface Outcome {
  readonly version: string;
  readonly builds: number;
  readonly rounds: number;
  readonly written: Written;
  /** How often a valid index was looked for under each name. */
  readonly samples: number;
  readonly record: RunRecord;
}

/** The goal reached by the last round, and the number of rounds. */
interface Reached {
  readonly goal: Goal;
  readonly rounds: number;
}

/** Runs everything; broken promises are in the record. */
export async function runChaos(
  options: Options,
  folder: RunFolder,
  cleanUp: CleanUp,
): Promise<Outcome> {
  const server = await startServer(options.postgres);
  cleanUp.defer(() => removeServer(server, folder));
  const { url, version } = server;
  say(`PostgreSQL ${version}, seed ${options.seed}, ${options.minutes} minutes of trouble`);
  const password = randomBytes(12).toString("hex");
  await withClient(url, async (client) => {
    await makeTables(client, options.rows);
    await makeBuilder(client, password);
  });
  const record = new RunRecord();
  const sampler = new NameSampler(url);
  const stacks = await makeStacks(folder, asBuilder(url, password), {
    url,
    sampler,
    ended: (ended, stack) => record.ended(ended, stack),
    broken: (promise) => record.broken.push(promise),
  });
  cleanUp.defer(async () => stacks.map(({ cli }) => cli.end()));
  const writer = await startWriter(url, options.rows);
  cleanUp.defer(() => writer.end());
  const census = new Census(url);
  census.start();
  sampler.start();

  const arena = { server, stacks, record };
  const reached = await underFire(options, arena);
  say("no more trouble: a last up and a last preview");
  const goal = await inPeace(arena, reached);
  const written = await writer.stop();
  record.written(written);
  const builds = await census.stop();
  const { samples, missed } = await sampler.stop();
  record.broken.push(...missed);
  const declarations = declarationsFor(goal, reached.rounds);
  record.broken.push(...(await withClient(url, (client) => judge(client, declarations))));
  return { version, builds, rounds: reached.rounds, written, samples, record };
}

function asBuilder(url: string, password: string): string {
  const changed = new URL(url);
  changed.username = BUILDER;
  changed.password = password;
  return changed.href;
}

async function removeServer(server: EmbeddedServer, folder: RunFolder): Promise<void> {
  await copyFile(server.logFile, join(folder.logs, "server.log"));
  await server.stop();
}

async function makeStacks(folder: RunFolder, url: string, watchers: Watchers): Promise<Stack[]> {
  const env = environmentOf(folder, url);
  const names: readonly StackName[] = ["left", "right"];
  const stacks = names.map((name) => new Stack(name, folder, env, watchers));
  for (const stack of stacks) await stack.init();
  return stacks;
}

/**
 * Round after round while there is trouble, both stacks heading for the same goal at the same time.
 */
async function underFire({ seed, minutes }: Options, arena: Arena): Promise<Reached> {
  const end = Date.now() + minutes * 60_000;
  const isCalm = () => Date.now() >= end;
  const troubles = makeTroubles(scheduleOf(seed, minutes), arena);
  let reached: Reached = { goal: "nothing", rounds: 0 };
  for (const goal of goalsOf(seed)) {
    if (isCalm()) break;
    const round = reached.rounds + 1;
    await reachAll(arena, goal, round, isCalm);
    reached = { goal, rounds: round };
  }
  await troubles;
  return reached;
}

async function makeTroubles(events: readonly Event[], arena: Arena): Promise<void> {
  const began = Date.now();
  let restarted: Promise<void> = Promise.resolve();
  const all: Promise<void>[] = [];
  for (const event of events) {
    await sleep(Math.max(0, began + event.at - Date.now()));
    const before = event.kind.startsWith("restart") ? restarted : Promise.resolve();
    const made = before.then(() => tryTrouble(event, arena));
    if (event.kind.startsWith("restart")) restarted = made;
    all.push(made);
  }
  await Promise.all(all);
}

/** One trouble can end another: a restart closes what others hold open. */
async function tryTrouble(event: Event, arena: Arena): Promise<void> {
  const hit = await makeTrouble(event, arena).catch((error: Error) => {
    if (event.kind.startsWith("restart")) throw error;
    return false;
  });
  say(`  ${(event.at / 1000).toFixed(1)} s ${event.kind}${hit ? "" : ": missed"}`);
  arena.record.trouble(event.kind, hit);
}

async function reachAll(
  { stacks, record, server }: Arena,
  goal: Goal,
  round: number,
  isCalm: () => boolean,
): Promise<void> {
  const began = Date.now();
  await Promise.all(stacks.map((stack) => stack.reach(goal, round, isCalm)));
  say(`round ${round} (${goal}): reached after ${Math.round((Date.now() - began) / 1000)} s`);
  if (goal !== "nothing") return;
  const left = await withClient(server.url, indexesLeft).catch(() => []);
  record.broken.push(...left);
}

/** Returns the goal reached in the end. */
async function inPeace(arena: Arena, { goal, rounds }: Reached): Promise<Exclude<Goal, "nothing">> {
  await withClient(arena.server.url, (client) =>
    client.query(`DROP INDEX CONCURRENTLY IF EXISTS app.${OTHER_INDEX}`),
  );
  const last = goal === "nothing" ? "first" : goal;
  await reachAll(arena, last, rounds, () => true);
  for (const { isEmpty, text } of await Promise.all(arena.stacks.map((stack) => stack.preview())))
    if (!isEmpty) arena.record.broken.push(`the last preview is not empty:\n${text}`);
  return last;
}
