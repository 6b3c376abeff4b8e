import { setTimeout as sleep } from "node:timers/promises";
import type { Options } from "./chaosOptions.ts";
import { withClient } from "./chaosServer.ts";
import { indexesLeft } from "./judge/catalogJudge.ts";
import { say } from "./progressLog.ts";
import type { Arena } from "./troubles/arena.ts";
import { makeTrouble } from "./troubles/makeTrouble.ts";
import { OTHER_INDEX } from "./troubles/sessionTroubles.ts";
import { type Event, type Goal, goalsOf, scheduleOf } from "./troubles/troubleSchedule.ts";

/** The goal reached by the last round, and the number of rounds. */
export interface Reached {
  readonly goal: Goal;
  readonly rounds: number;
}

/** When so little is left, no other goal is begun: 25 builds would go on long after the troubles. */
const LAST_MS = 30_000;

/**
 * Round after round while there is trouble, both stacks heading for the same goal at the same time.
 */
export async function underFire({ seed, minutes }: Options, arena: Arena): Promise<Reached> {
  const isCalm = () => Date.now() >= arena.calmAt;
  const troubles = makeTroubles(scheduleOf(seed, minutes), arena);
  let reached: Reached = { goal: "nothing", rounds: 0 };
  for (const goal of goalsOf(seed)) {
    if (isCalm()) break;
    const round = reached.rounds + 1;
    await reachAll(arena, goal, round, isCalm);
    reached = { goal, rounds: round };
    // Renames and moves, which end soon after the troubles.
    while (goal !== "nothing" && !isCalm() && arena.calmAt - Date.now() < LAST_MS)
      await reachAll(arena, goal, round, isCalm);
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
  const disturbed = record.disturbances.within(began, Date.now());
  for (const name of left.filter((each) => !disturbed.includes(each)))
    record.broken.push(`app.${name} still exists after a destroy of both stacks`);
}

/** Finishes, and returns the goal reached in the end. `beside` the last previews, others may end. */
export async function inPeace(
  arena: Arena,
  { goal, rounds }: Reached,
  beside: () => Promise<void>,
): Promise<Exclude<Goal, "nothing">> {
  await withClient(arena.server.url, (client) =>
    client.query(`DROP INDEX CONCURRENTLY IF EXISTS app.${OTHER_INDEX}`),
  );
  const last = goal === "nothing" ? "first" : goal;
  await reachAll(arena, last, rounds, () => true);
  const previews = Promise.all(arena.stacks.map((stack) => stack.preview()));
  await beside();
  for (const { isEmpty, text } of await previews)
    if (!isEmpty) arena.record.broken.push(`the last preview is not empty:\n${text}`);
  return last;
}
