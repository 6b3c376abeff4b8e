import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { CleanUp } from "../demo/cleanUp.ts";
import type { EmbeddedServer } from "../tools/embeddedPostgres.ts";
import { BUILDER, makeBuilder, makeTables } from "./application/chaosTables.ts";
import { startWriter, type Written } from "./application/chaosWriter.ts";
import type { Options } from "./chaosOptions.ts";
import { startServer, withClient } from "./chaosServer.ts";
import { Census } from "./judge/buildCensus.ts";
import { judge } from "./judge/catalogJudge.ts";
import { keepsakesLost, makeKeepsakes } from "./judge/keepsakes.ts";
import { NameSampler } from "./judge/nameSampler.ts";
import { RunRecord } from "./judge/runRecord.ts";
import { WaitSampler, type Waits, waitedTooLong } from "./judge/waitSampler.ts";
import { say } from "./progressLog.ts";
import { inPeace, underFire } from "./rounds.ts";
import { Stack, type Watchers } from "./stacks/chaosStack.ts";
import { declarationsFor, type StackName } from "./stacks/declarations.ts";
import { makeOtherDatabase } from "./stacks/otherDatabase.ts";
import { type Environment, environmentOf } from "./stacks/pulumiCli.ts";
import { Rival } from "./stacks/rival.ts";
import type { RunFolder } from "./stacks/runFolder.ts";
import { StackCli } from "./stacks/stackCli.ts";
import { takeOverAndBack } from "./stacks/takeOver.ts";

/** The outcome of a complete run. */
export interface Outcome {
  readonly version: string;
  readonly builds: number;
  readonly rounds: number;
  readonly written: Written;
  readonly waits: Waits;
  /** The time in which waits were added up, in milliseconds. */
  readonly watchedMs: number;
  /** How often a valid index was looked for under each name. */
  readonly samples: number;
  readonly record: RunRecord;
}

/** Minutes. A shorter run has no time for a take-over at its end. */
const TAKE_OVER_FROM = 5;

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
  const keepsakes = await withClient(url, async (client) => {
    await makeTables(client, options.rows);
    await makeBuilder(client, password);
    return makeKeepsakes(client);
  });
  const record = new RunRecord();
  const sampler = new NameSampler(url);
  const env = environmentOf(folder, asBuilder(url, password));
  const rival = new Rival(folder, env, { url, sampler, record });
  const other = await makeOtherDatabase(url);
  const rivalIdle = () => rival.idle();
  const stacks = await makeStacks(folder, env, { url, sampler, record, other, rivalIdle });
  await rival.init();
  cleanUp.defer(async () => [...stacks.map(({ cli }) => cli.end()), rival.end()]);
  const writer = await startWriter(url, options.rows);
  cleanUp.defer(() => writer.end());
  const census = new Census(url);
  const waitSampler = new WaitSampler(url);
  const began = Date.now();
  for (const watching of [census, sampler, waitSampler, rival]) watching.start();

  const calmAt = Date.now() + options.minutes * 60_000;
  const arena = { server, stacks, record, sampler, calmAt };
  const reached = await underFire(options, arena);
  say("no more trouble: a last up and a last preview");
  const goal = await inPeace(arena, reached, () => rival.stop());
  if (options.minutes >= TAKE_OVER_FROM)
    record.broken.push(...(await takeOverAndBack(url, { rival, stacks, ...reached, goal })));
  else await rival.destroy();
  const written = await writer.stop();
  const waits = await waitSampler.stop();
  const watchedMs = Date.now() - began;
  record.written(written);
  const builds = await census.stop();
  const { samples, missed } = await sampler.stop();
  record.broken.push(...missed, ...record.droppedInSilence(), ...waitedTooLong(waits, watchedMs));
  const declarations = declarationsFor(goal, reached.rounds);
  await withClient(url, async (client) => {
    record.broken.push(...(await keepsakesLost(client, keepsakes)));
    record.broken.push(...(await judge(client, declarations)));
  });
  const { rounds } = reached;
  return { version, builds, rounds, written, waits, watchedMs, samples, record };
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

async function makeStacks(
  folder: RunFolder,
  env: Environment,
  watchers: Watchers,
): Promise<Stack[]> {
  const names: readonly StackName[] = ["left", "right"];
  const commands = names.map((name) => new StackCli(name, folder, env));
  await Promise.all(commands.map((each) => each.init()));
  return commands.map((each) => new Stack(each, watchers));
}
