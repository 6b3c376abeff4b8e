import { setTimeout as delay } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { Session } from "../engine/session/session";
import { oneLine } from "../engine/text/printable";
import { renderProgress } from "../engine/watch/progress";
import { PhaseClock } from "../status/phaseClock";
import { type Build, readBuilds } from "../status/runningBuilds";
import type { Io } from "./commandIo";
import {
  addConnectionOptions,
  type ConnectionOptions,
  databaseFrom,
} from "./options/connectionOptions";
import { lookAt } from "./sayDatabase";

const EXAMPLES = `
Examples:
  $ pgindex watch                     every build in the database, until none is running
  $ pgindex watch --wait --interval 5 starts with the next build
  $ pgindex watch --json | jq .       one line of JSON per sample

The bar and the time left are for the current phase: phases have no common measure. While a build
waits for other sessions, it shows which ones; sorting has no counter.
`;

interface WatchOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly interval: number;
}

/** `pgindex watch`: the builds running now, whoever started them. */
export function addWatch(program: Command, io: Io): void {
  const command = program
    .command("watch")
    .description("show running builds: phase, progress, blockers, time left")
    .option("--interval <seconds>", "time between two samples", toSeconds, 1)
    .option("--wait", "wait for a build, instead of exiting if there is none")
    .option("--json", "write one line of JSON per sample")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action(async (options: WatchOptions) => {
    await lookAt(databaseFrom(options, io), "watch builds", io, (observer) =>
      watchBuilds(observer, options, io),
    );
  });
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3600))
    throw new InvalidArgumentError("It must be a number of seconds from 0.1 to 3600.");
  return seconds;
}

async function watchBuilds(observer: Session, options: WatchOptions, io: Io): Promise<void> {
  const clock = new PhaseClock();
  const show = options.json ? undefined : io.redraw;
  for (let isAwaited = options.wait; ; await delay(options.interval * 1000)) {
    const builds = await readBuilds(observer);
    if (builds.length === 0 && !isAwaited) break;
    isAwaited &&= builds.length === 0;
    if (options.json) io.stdout(`${JSON.stringify({ builds })}\n`);
    else if (builds.length > 0) {
      const text = builds.map((build) => renderBuild(build, clock)).join("\n");
      if (show) show(text);
      else io.stdout(`${text}\n`);
    }
  }
  if (!options.json) io.stdout("no build is running\n");
}

const BAR = 20;

function renderBuild(build: Build, clock: PhaseClock): string {
  const { index, table, progress, seconds, blockers, waiters } = build;
  const what = index ?? table ?? `pid ${build.pid}, an index of another role`;
  const line = renderProgress("phase not visible", {
    row: progress,
    elapsedMs: seconds * 1000,
    blockers,
    waiters,
  });
  const { share, secondsLeft } = clock.sample(build);
  const filled = Math.round((share ?? 0) * BAR);
  const bar = share === undefined ? "" : ` [${"#".repeat(filled)}${"-".repeat(BAR - filled)}]`;
  const left =
    secondsLeft === undefined ? "" : `, about ${Math.ceil(secondsLeft)} s left in the phase`;
  return oneLine(`${what}${bar}: ${line}${left}`);
}
