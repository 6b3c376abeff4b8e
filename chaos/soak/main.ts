// npm run soak: the engine and the CLI do the same over and over, and nothing may grow.
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { CleanUp, untilSignal } from "../../demo/cleanUp.ts";
import { forgetForeignSettings } from "../../demo/pulumiEnvironment.ts";
import { positive } from "../chaosOptions.ts";
import { startServer, urlOfDatabase, withClient } from "../chaosServer.ts";
import { say } from "../progressLog.ts";
import { environmentOf } from "../stacks/pulumiCli.ts";
import { makeRunFolder, type RunFolder } from "../stacks/runFolder.ts";
import { growthOf, type Measure } from "./growth.ts";
import { type Loop, type SoakDatabase, soakCli, soakEngine } from "./soakLoops.ts";
import { DATABASE, MEMORY, PROVIDER } from "./soakMeasures.ts";
import { makeSoakTables } from "./soakTables.ts";

interface Options {
  readonly minutes: number;
  readonly postgres?: string;
}

const AFTER = `
Exits with 0 if nothing grows after the first third of the time, otherwise with 1.

Examples:
  npm run soak -- --minutes 30
  npm run soak -- --minutes 5 --postgres 13`;

const program = new Command("npm run soak --")
  .description(
    "Previews, builds, refreshes, replaces and drops indexes over and over, with the " +
      "engine in one " +
      "process and at the same time with the Pulumi CLI, and measures memory, handles, " +
      "connections, locks, temporary files and the catalog.",
  )
  .option("--minutes <number>", "how long to run", positive, 5)
  .option("--postgres <version>", "major version of the embedded server: 13 to 18")
  .addHelpText("after", AFTER);

/** The number of samples of the engine, however long it runs. */
const SAMPLES = 40;

async function soak(
  { minutes, postgres }: Options,
  folder: RunFolder,
  cleanUp: CleanUp,
): Promise<boolean> {
  const server = await startServer(postgres);
  cleanUp.defer(() => server.stop());
  say(`PostgreSQL ${server.version}, ${minutes} minutes`);
  const [engine, cli] = await Promise.all(
    ["engine", "cli"].map((name) => prepare(server.url, name, folder)),
  );
  if (!engine || !cli) throw new Error("both databases are needed");
  const endAt = Date.now() + minutes * 60_000;
  const env = { ...environmentOf(folder, cli.url), TMPDIR: cli.temporary };
  const loops = await Promise.all([
    soakEngine(engine, endAt, (minutes * 60_000) / SAMPLES),
    soakCli(folder, env, cli, endAt),
  ]);
  const grows = [
    ...show("engine in one process", loops[0], [...MEMORY, ...DATABASE]),
    ...show("Pulumi CLI", loops[1], [...PROVIDER, ...DATABASE]),
  ];
  say(grows.length === 0 ? "nothing grows" : `GROWS: ${grows.join(", ")}`);
  return grows.length === 0;
}

/** Creates a database and a folder for temporary files. */
async function prepare(serverUrl: string, name: string, folder: RunFolder): Promise<SoakDatabase> {
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = urlOfDatabase(serverUrl, name);
  await withClient(url, makeSoakTables);
  const temporary = join(folder.directory, `tmp-${name}`);
  mkdirSync(temporary);
  return { url, temporary };
}

/** Returns what grows. */
function show(title: string, { times, samples }: Loop, measures: readonly Measure[]): string[] {
  const head = [`${title}, ${times} times`, "after warm-up", "at the end", "growth", "allowed"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const grown: string[] = [];
  for (const measure of measures) {
    const { first, last, growth, allowed, grows } = growthOf(
      measure,
      samples.map((sample) => sample[measure.name] ?? Number.NaN),
    );
    if (grows) grown.push(`${measure.name} (${title})`);
    const cell = (value: number) => `${Number(value.toFixed(1))} ${measure.unit}`.trim();
    table.push([measure.name, ...[first, last, growth, allowed].map(cell)]);
  }
  process.stdout.write(`${table}\n`);
  return grown;
}

async function main(): Promise<boolean> {
  const options = program.parse(process.argv).opts<Options>();
  forgetForeignSettings();
  const folder = await makeRunFolder("soak");
  const cleanUp = new CleanUp();
  try {
    return await untilSignal(() => soak(options, folder, cleanUp));
  } finally {
    await cleanUp.run((problem) => say(`cleaning up: ${problem}`));
    await rm(folder.directory, { recursive: true, force: true });
  }
}

main().then(
  (isSteady) => process.exit(isSteady ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(2);
  },
);
