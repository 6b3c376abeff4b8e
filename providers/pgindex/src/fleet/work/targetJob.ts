import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, PgIndexError } from "../../engine/errors/advice";
import type { Context } from "../../engine/operation/context";
import type { Database } from "../../engine/session/database";
import { databaseLabel, readDatabaseIdentity } from "../../engine/session/databaseIdentity";
import { openSession, type Session } from "../../engine/session/session";
import { parseIndexes } from "../declare/fleetFile";
import type { FleetIndex } from "../declare/fleetIndex";
import type { Target } from "../declare/targetSchema";
import { urlOfTarget } from "../declare/targets";
import { openingAt } from "../declare/windows";
import { databaseOfTarget, leaveTarget } from "../plan/lookAtTargets";
import { placeOf } from "../plan/place";
import { isPassing } from "../queue/controlDatabase";
import { type Rollout, readRollout } from "../rollout/rollout";
import { runEngine } from "./engineRun";
import { noStackAdvice } from "./stack/stackMessages";
import {
  type Ending,
  endTarget,
  type Held,
  type HeldTarget,
  isHeld,
  putOff,
  takeTarget,
} from "./transitions";
import { heldBackBy } from "./turn/holdBack";
import { hasIdlePlace } from "./turn/idlePlaces";
import { declaredBytes, endsInTime } from "./turn/inTime";
import { takeSlot } from "./turn/slots";
import { lockTarget } from "./turn/targetLock";
import { goneTargetText, otherDatabaseText, problemText } from "./workMessages";
import type { Workplace } from "./workplace";

const POLL_MS = 500;

/** Another worker asks the queue twice a second. */
const STEPS_BACK_MS = 2_000;

/** Everything that one target's run needs. */
interface Run {
  readonly worker: Workplace;
  readonly held: Held;
  readonly planned: HeldTarget;
  readonly rollout: Rollout;
  readonly target: Target;
  readonly database: Database;
  readonly ctx: Context;
}

/** One target, from its job to its end. Never fails: what fails is the target. */
export async function runTarget(worker: Workplace, held: Held): Promise<void> {
  const { control, queue } = worker;
  const planned = await control.transaction((query) => takeTarget(query, held));
  if (!planned) return;
  const ending = await attempt(worker, held, planned);
  await control.transaction(async (query) => {
    if (ending === "taken") return;
    if (ending.state === "later") await putOff(query, queue, { held, planned }, ending);
    else await endTarget(query, queue, held, ending);
  });
}

/** Has to wait: until a time that is known, or until the rollout goes on. */
interface Later {
  readonly state: "later";
  readonly at?: Date;
  readonly note?: string;
}

const LATER: Later = { state: "later" };

/** `taken`: another worker has ended it. */
type Outcome = Ending | Later | "taken";

async function attempt(worker: Workplace, held: Held, planned: HeldTarget): Promise<Outcome> {
  const ctx = worker.contextOf(held);
  try {
    const rollout = await readRollout(worker.control.query, held.rollout);
    const target = await worker.target(held.target);
    if (!target) return { state: "failed", problem: goneTargetText() };
    const database = databaseOfTarget(target, worker.file.fleet, worker.env);
    const options = { purpose: "fleet", searchPath: [], writable: true, answerWithinMs: 15_000 };
    const session = await openSession(database, options);
    try {
      return await inSession({ worker, held, planned, rollout, target, database, ctx }, session);
    } finally {
      await session.close();
      await leaveTarget(database);
    }
  } catch (error) {
    // A server that is about to be back says nothing of the target.
    if (error instanceof CancelledError || worker.isStopping || isPassing(error)) return LATER;
    return { state: "failed", problem: problemText(error) };
  }
}

async function inSession(run: Run, session: Session): Promise<Outcome> {
  const { worker, held, planned, rollout, target } = run;
  const identity = await readDatabaseIdentity(session);
  if (planned.place !== null && planned.place !== placeOf(identity, target))
    return { state: "failed", problem: otherDatabaseText(databaseLabel(identity)) };
  const indexes = await parseIndexes(rollout.indexes, "the rollout", target);
  const bytes = await declaredBytes(session, indexes);
  const later = await untilItsTurn(run, session, { oid: identity.oid, bytes });
  if (later) return later;
  if (!(await isHeld(worker.control.query, held))) return "taken";
  const { buildSeconds } = await build(run, session, indexes);
  return { state: "done", buildSeconds, bytes };
}

async function build(
  { worker, rollout: { fleet, mode }, target, database, ctx }: Run,
  session: Session,
  indexes: readonly FleetIndex[],
): Promise<{ readonly buildSeconds: number }> {
  const { control, file, env } = worker;
  if (mode === "engine")
    return runEngine({ control, fleet, target: target.name, database, indexes, ctx });
  const { stack: settings } = file.fleet;
  if (!settings) throw new PgIndexError(noStackAdvice(fleet));
  // Without stacks, a worker needs no Pulumi.
  const { runStack } = await import("./stack/stackRun.js");
  const program = resolve(file.folder, settings.program);
  const url = urlOfTarget(target, env);
  return runStack({ control, fleet, target, url, settings, program, session, ctx });
}

/** Waits for its turn. Returns how long it has to wait if that is not worth a worker. */
async function untilItsTurn(
  run: Run,
  session: Session,
  at: { readonly oid: number; readonly bytes: number },
): Promise<Later | undefined> {
  const { worker, held, ctx } = run;
  for (;;) {
    const rollout = await readRollout(worker.control.query, held.rollout);
    if (worker.isStopping || rollout.state !== "running") return LATER;
    const closed = await closedUntil(run, at.bytes);
    if (closed) return closed;
    const why = await inTheWay(run, session, at.oid);
    if (why === undefined) return undefined;
    if (await hasIdlePlace(worker, held, run.planned)) return soon(why);
    ctx.status(why);
    await delay(POLL_MS);
  }
}

/** Lets go first whose turn it is. */
function soon(note: string): Later {
  return { state: "later", at: new Date(Date.now() + STEPS_BACK_MS), note };
}

async function closedUntil(
  { worker, held, rollout: { settings } }: Run,
  bytes: number,
): Promise<Later | undefined> {
  const now = openingAt(settings.windows, new Date());
  if (!now.isOpen) return forWindow(now.from);
  if (!now.until || (await endsInTime(worker.control.query, held, bytes, now.until)))
    return undefined;
  const next = openingAt(settings.windows, now.until);
  return forWindow(next.isOpen ? now.until : next.from);
}

/** Without a time it waits until the rollout goes on. */
function forWindow(at: Date | undefined): Later {
  return at ? { state: "later", at, note: `for the window of ${at.toISOString()}` } : LATER;
}

async function inTheWay(
  { worker, held, planned, rollout: { settings }, target }: Run,
  session: Session,
  oid: number,
): Promise<string | undefined> {
  if (!(await lockTarget(session, target))) return "waits for another worker, which is alive";
  const heldBack = await heldBackBy(session, settings.holdBack);
  if (heldBack !== undefined) return `is held back: ${heldBack}`;
  const most = settings.maxBuildsPerServer;
  const { isTaken, used } = await takeSlot(worker.control, held, planned, {
    session,
    oid,
    target,
    most,
  });
  return isTaken ? undefined : `waits for its turn: ${used} builds on the server, ${most} allowed`;
}
