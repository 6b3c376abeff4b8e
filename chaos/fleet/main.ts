// npm run chaos -- --fleet 200: a fleet of databases on two servers, worked on while workers are
// killed, the queue's server is restarted, and one database fails.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { whole } from "../chaosOptions.ts";
import { say } from "../progressLog.ts";
import { ROOT } from "../stacks/runFolder.ts";
import { runFleet } from "./fleetRun.ts";
import { makeScene } from "./fleetScene.ts";

interface Options {
  readonly fleet: number;
  readonly workers: number;
  readonly kills: number;
  readonly buildMs: number;
  readonly stacks?: true;
}

export async function runFleetChaos(argv: readonly string[]): Promise<boolean> {
  const options = new Command("npm run chaos --")
    .requiredOption("--fleet <number>", "so many databases", whole)
    .option("--workers <number>", "so many workers", whole, 3)
    .option("--kills <number>", "workers that are killed", whole, 6)
    .option("--build-ms <number>", "how long a build takes at least", whole, 500)
    .option("--stacks", "each database is a stack of a Pulumi program")
    .parse(argv)
    .opts<Options>();
  const folder = join(ROOT, ".pgindex", `fleet-${process.pid}`);
  const most = 2;
  const scene = await makeScene({
    folder,
    databases: options.fleet,
    buildMs: options.buildMs,
    maxBuildsPerServer: most,
    stacks: options.stacks,
    waves: [{ name: "canary", count: 2 }, { name: "tenth", share: "10%" }, { name: "rest" }],
  });
  say(`${options.fleet} databases on 2 servers, the queue on a third`);
  try {
    const { broken, samples, seconds, killed, peakMb } = await runFleet(scene, {
      workers: options.workers,
      concurrency: 4,
      kills: options.kills,
      killEveryMs: 5_000,
      restartsQueue: true,
      say,
    });
    const stacks = options.stacks ? ", each a stack," : "";
    const over = samples.most > most ? [`${samples.most} builds on one server`] : [];
    for (const line of [...broken, ...over]) say(`BROKEN: ${line}`);
    say(
      `${options.fleet} databases${stacks} in ${Math.round(seconds)} s, ${killed} workers killed, ` +
        `never more than ${samples.most} builds on a server in ${samples.looks} looks, ` +
        `at most ${peakMb} MB a worker`,
    );
    const kept = broken.length + over.length === 0;
    if (kept) await rm(folder, { recursive: true, force: true });
    return kept;
  } finally {
    await scene.stop();
  }
}
