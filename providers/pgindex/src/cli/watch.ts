import { setTimeout as delay } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { Session } from "../engine/session/session";
import { oneLine } from "../engine/text/printable";
import { renderElapsed } from "../engine/text/render";
import { renderProgress } from "../engine/watch/progress";
import { type EndedBuild, WatchedBuilds } from "../status/buildOutcome";
import { PhaseClock } from "../status/phaseClock";
import { type Build, readBuilds } from "../status/runningBuilds";
import { type Io, plain } from "./commandIo";
import { addConnectionOptions, type ConnectionOptions } from "./database/connectionOptions";
import { findDatabase } from "./database/findDatabase";
import { lookAt } from "./database/sayDatabase";
import { endWith } from "./output/exitCodes";

const EXAMPLES = `
Examples:
  $ pgindex watch                     every build in the database, until none is running
  $ pgindex watch --wait --interval 5 starts with the next build
  $ pgindex watch --json | jq .       one line of JSON per sample

The bar and the time left are for the current phase: phases have no common measure. While a build
waits for other sessions, it shows which ones; sorting has no counter.

Of a build that ends it says whether its index was built, after how long, and what is left if not;
then the exit code is 2. Why, PostgreSQL tells nobody but the build's own session.
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
    const database = await findDatabase(options, io);
    const isWhole = await lookAt(database, "watch builds", io, (observer) =>
      watchBuilds(observer, options, io),
    );
    if (!isWhole) endWith("found", "watch");
  });
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3600))
    throw new InvalidArgumentError("It must be a number of seconds from 0.1 to 3600.");
  return seconds;
}

/** Returns whether every build that ended meanwhile has built its index. */
async function watchBuilds(observer: Session, options: WatchOptions, io: Io): Promise<boolean> {
  const clock = new PhaseClock();
  const watched = new WatchedBuilds();
  let isWhole = true;
  for (let isAwaited = options.wait; ; await delay(options.interval * 1000)) {
    const builds = await readBuilds(observer);
    const ended = await watched.next(observer, builds);
    isWhole &&= !ended.some(({ outcome }) => outcome === "not built");
    if (options.json) io.stdout(`${JSON.stringify({ builds, ...(ended[0] && { ended }) })}\n`);
    else
      show(
        builds.map((build) => renderBuild(build, clock)),
        ended.map((each) => renderEnded(each, io)),
        io,
      );
    if (builds.length === 0 && !isAwaited) break;
    isAwaited &&= builds.length === 0;
  }
  if (!options.json) io.stdout("no build is running\n");
  return isWhole;
}

/** What has ended stays; what runs is drawn again in its place. */
function show(running: readonly string[], ended: readonly string[], io: Io): void {
  if (ended.length > 0) {
    io.redraw?.("");
    io.stdout(`${ended.join("\n")}\n`);
  }
  if (running.length === 0) return;
  if (io.redraw) io.redraw(running.join("\n"));
  else io.stdout(`${running.join("\n")}\n`);
}

function renderEnded(
  { pid, index, table, outcome, left, isSessionGone, seconds }: EndedBuild,
  { paint = plain }: Io,
): string {
  const what = index ?? table ?? `pid ${pid}, an index of another role`;
  const after = `after ${renderElapsed(seconds * 1000)}`;
  if (outcome === "built") return `${oneLine(what)}: ${paint("green", "built")}, ${after}`;
  if (outcome === "unknown")
    return oneLine(`${what}: ended, ${after}; the catalog does not say how`);
  const why = isSessionGone ? "its session is gone" : "it failed or was cancelled";
  const rest = left === null ? "nothing is left of it" : `an INVALID ${left} is left behind`;
  return `${oneLine(what)}: ${paint("red", "not built")}, ${after}: ${why}; ${oneLine(rest)}`;
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
