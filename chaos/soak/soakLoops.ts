import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "../../demo/childProcess.ts";
import { withClient } from "../chaosServer.ts";
import { Cli, type Ended, type Environment } from "../stacks/pulumiCli.ts";
import type { RunFolder } from "../stacks/runFolder.ts";
import type { Answer, Question } from "./engineProcess.ts";
import { LEAST_SAMPLES } from "./growth.ts";
import { type Sample, sampleDatabase } from "./soakMeasures.ts";
import { INDEXES } from "./soakTables.ts";

/** The measurements of a loop, sample by sample. */
export interface Loop {
  readonly times: number;
  readonly samples: readonly Sample[];
}

/** A loop's own database, and its own folder for temporary files. */
export interface SoakDatabase {
  readonly url: string;
  readonly temporary: string;
}

/** Runs the engine in one process, with a sample every `everyMs`. */
export async function soakEngine(
  { url, temporary }: SoakDatabase,
  endAt: number,
  everyMs: number,
): Promise<Loop> {
  const child = startChild(join(import.meta.dirname, "engineProcess.ts"), "the engine");
  const samples: Sample[] = [];
  let times = 0;
  while (Date.now() < endAt) {
    const question: Question = { url, ms: everyMs };
    const { cycles, sample } = (await child.ask(question)) as Answer;
    times = cycles;
    const database = await withClient(url, (client) => sampleDatabase(client, temporary));
    samples.push({ ...sample, ...database });
  }
  await child.end();
  return { times, samples };
}

/**
 * Runs the Pulumi CLI: preview, up, refresh, an up that changes every index, destroy. Takes a
 * sample each round, and enough of them to judge by.
 */
export async function soakCli(
  folder: RunFolder,
  env: Environment,
  { url, temporary }: SoakDatabase,
  endAt: number,
): Promise<Loop> {
  const cli = new Cli("soak", folder, env);
  const samples: Sample[] = [];
  await succeed(cli.run(["stack", "init", "soak", "--secrets-provider", "passphrase"]));
  while (Date.now() < endAt || samples.length < LEAST_SAMPLES) {
    const peak = await roundOf(cli, folder);
    const database = await withClient(url, (client) => sampleDatabase(client, temporary));
    samples.push({ "provider's peak memory": peak, ...database });
  }
  return { times: samples.length, samples };
}

/** Returns the provider's peak memory in MB. */
async function roundOf(cli: Cli, folder: RunFolder): Promise<number> {
  const file = join(folder.program, "declarations.json");
  const env = { CHAOS_DECLARATIONS: file };
  let peak = 0;
  const run = async (command: string, ...options: string[]) => {
    const args = [command, "--stack", "soak", "--suppress-outputs", "--suppress-progress"];
    const watch = setInterval(() => {
      peak = Math.max(peak, cli.providersPeak());
    }, 300);
    await succeed(cli.run([...args, ...options], env)).finally(() => clearInterval(watch));
  };
  const declare = (which: "first" | "second") =>
    writeFileSync(file, JSON.stringify(INDEXES.map((index) => index[which])));
  declare("first");
  await run("preview");
  await run("up", "--yes", "--skip-preview");
  await run("refresh", "--yes", "--skip-preview");
  declare("second");
  await run("up", "--yes", "--skip-preview");
  await run("preview", "--expect-no-changes");
  await run("destroy", "--yes", "--skip-preview");
  return peak;
}

async function succeed(command: Promise<Ended>): Promise<void> {
  const { code, text } = await command;
  if (code !== 0) throw new Error(`a command failed:\n${text}`);
}
