import { setTimeout as sleep } from "node:timers/promises";
import { patiently, withClient } from "../chaosServer.ts";
import type { Disturbance } from "../judge/disturbances.ts";
import type { Arena } from "./arena.ts";
import {
  buildBeside,
  dropByOid,
  dropMade,
  isMarked,
  type Made,
  madeBy,
  nameOf,
  redefine,
  swap,
  swapBack,
  type Taking,
  type Verdict,
} from "./nameSteps.ts";
import { type Target, targetOf } from "./nameTargets.ts";
import type { Event } from "./troubleSchedule.ts";

/** How long the tool's index stands under our name, in units of the event's time: an `up` takes long. */
const LONGER = 5;

/** How long it stands at least, also when the time of troubles is over. */
const LEAST_MS = 2_000;

/**
 * Another tool takes one of our names for its own index. That index is nobody's to drop, unless a
 * command has said beforehand that it will; in the end the tool puts things right, as a person would.
 */
export async function takeName(
  kind: Taking,
  { pick, holdMs }: Event,
  arena: Arena,
): Promise<boolean> {
  const { server, record } = arena;
  const target = await withClient(server.url, (client) => targetOf(client, pick));
  const taken = target && (await take(kind, target, arena));
  if (!taken) return false;
  if (kind === "rebuild, other tool") record.disturbances.lookalikes.add(target.name);
  try {
    const verdict = await watch({ ...taken, target }, arena, holdMs);
    record.taken(verdict, kind, target.name, taken.made.oid);
    if (verdict === "stood") await putRight(kind, { ...taken, target }, arena);
  } finally {
    taken.disturbance.to = Date.now();
  }
  return true;
}

interface Taken {
  readonly made: Made;
  readonly disturbance: Disturbance;
}

async function take(
  kind: Taking,
  target: Target,
  { server: { url }, record: { disturbances } }: Arena,
): Promise<Taken | undefined> {
  let disturbance: Disturbance | undefined;
  let made: Made | undefined;
  try {
    made = await withClient(url, async (client) => {
      if (kind !== "redefinition, other tool") await buildBeside(client, kind, target);
      disturbance = disturbances.begin(target.name);
      if (!disturbance) return undefined;
      return kind === "redefinition, other tool" ? redefine(client, target) : swap(client, target);
    });
  } catch {
    // It may have been committed before the connection was lost.
    made = disturbance && (await patiently(url, (client) => madeBy(client, target)));
  }
  if (made && disturbance) {
    if (kind === "rebuild, other tool")
      await patiently(url, (client) => dropByOid(client, target.names.old, target.oid));
    return { made, disturbance };
  }
  await patiently(url, (client) => dropMade(client, target));
  if (disturbance) disturbance.to = Date.now();
  return undefined;
}

interface Standing extends Taken {
  readonly target: Target;
}

const LOOK_MS = 200;

/** Looks all the time what becomes of the tool's index. */
async function watch(
  { made: { oid }, target }: Standing,
  { server: { url }, calmAt }: Arena,
  holdMs: number,
): Promise<Verdict> {
  const now = Date.now();
  const until = Math.max(now + LEAST_MS, Math.min(now + holdMs * LONGER, calmAt));
  let verdict: Verdict = "stood";
  while (verdict === "stood" && Date.now() < until) {
    await sleep(LOOK_MS);
    verdict = await patiently(url, async (client) => {
      if (await isMarked(client, oid)) return "adopted";
      // A replacement in place renames it before it drops it.
      return (await nameOf(client, oid)) === target.name ? "stood" : "gone";
    });
  }
  return verdict;
}

/** The tool's rebuilt index is as declared: the next `up` adopts it. */
async function putRight(kind: Taking, { target, made }: Standing, arena: Arena): Promise<void> {
  if (kind === "rebuild, other tool") return;
  const { server, sampler } = arena;
  const { name } = target;
  await patiently(server.url, async (client) => {
    const isThere = (await nameOf(client, made.oid)) === name;
    if (isThere && kind === "swap of names, other tool") await swapBack(client, target);
    await dropMade(client, target);
    if ((await nameOf(client, made.oid)) !== name) return;
    // Ours is gone, so the next `up` has to build it.
    sampler.forget([name]);
    await dropByOid(client, name, made.oid);
  });
}
