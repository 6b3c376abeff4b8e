import { observe } from "../catalog/indexes";
import type { LiveTable } from "../catalog/liveIndex";
import { LOOK_CONFLICTS } from "../catalog/otherSessions";
import type { DesiredIndex } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import { assertMayGoOn, type Context } from "../operation/context";
import { takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import { plan } from "../plan/plan";
import type { Step } from "../plan/step";
import type { Session } from "../session/session";
import { vanishingWarning } from "../session/vanishingClient";
import type { Workspace } from "../session/workspace";
import { type Declared, declaredForm, look } from "../situation/look";
import { requirePrivileges, requireTable } from "../situation/prerequisites";
import { isSettled, type Situation } from "../situation/situation";
import { unsettledAdvice } from "./buildMessages";
import { type BuiltName, dropInvalid } from "./cleanUp";
import { estimateSize, roomWarnings } from "./diskSpace";
import { addUp, type Executed, type Execution, execute } from "./execute";
import { finish } from "./finish";
import type { Ensured, Progress, Request } from "./request";

/** A rename and a replacement settle in two rounds, an interrupted one in three. */
const MAX_ROUNDS = 5;

/** One attempt at a request: look, decide, act, and look again until nothing is left to do. */
export async function attempt(
  workspace: Workspace,
  request: Request,
  progress: Progress,
): Promise<Ensured> {
  const { desired, ctx } = request;
  const { observer, builder } = workspace;
  const { whenClientVanishes } = request.target.session;
  const warning = vanishingWarning(whenClientVanishes, builder.serverVersion);
  if (warning) ctx.log("warning", warning);
  const table = await requireTable(observer, desired);
  const place = { schema: desired.schema, table: desired.table, oid: table.oid };
  const untilFree = (modes?: readonly string[]) =>
    waitUntilNobodyWorks(observer, place, builder.pid, ctx, modes);
  let declared = await readDeclared(observer, desired, ctx, () => untilFree(LOOK_CONFLICTS));
  if (declared.kind !== "ok" && progress.building)
    await clearAway(workspace, progress.building, request);
  let situation = await lookAgain(observer, request, declared, table, progress);
  let done: Executed = {};
  if (!isSettled(situation)) {
    await requirePrivileges(observer, desired, table);
    await takeTableKey(builder, observer, desired, ctx);
    await untilFree();
    situation = await lookAgain(observer, request, declared, table, progress);
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (isSettled(situation)) {
      return finish(situation.verdict.live, declared, done, workspace, request, progress);
    }
    done = addUp(done, await act(situation, workspace, table, request, progress));
    declared = await declaredByBuild(observer, declared, progress);
    situation = await lookAgain(observer, request, declared, table, progress);
  }
  throw new PgIndexError(unsettledAdvice(desired, MAX_ROUNDS));
}

/**
 * What an interrupted attempt has left cannot be compared with a declaration that the server could
 * not be asked about.
 */
async function clearAway(
  workspace: Workspace,
  building: BuiltName,
  { desired, ctx }: Request,
): Promise<void> {
  await takeTableKey(workspace.builder, workspace.observer, desired, ctx);
  const became = await dropInvalid(workspace, building, ctx);
  ctx.log("info", `${desired.schema}.${desired.name}: after the interruption, ${became}`);
}

async function lookAgain(
  observer: Session,
  { desired, previous }: Request,
  declared: Declared,
  table: LiveTable,
  progress: Progress,
): Promise<Situation> {
  const seen = await look(observer, desired, declared, table, previous);
  // A rebuild is done once, whatever the outputs said when it was asked for.
  return { ...seen, rebuilt: progress.rebuilt, ...(progress.isRebuilt && { rebuild: undefined }) };
}

/** Decides and does one round. */
async function act(
  situation: Situation,
  workspace: Workspace,
  table: LiveTable,
  request: Request,
  progress: Progress,
): Promise<Executed> {
  const { desired, previous } = request;
  const intent = previous ? "update" : "create";
  const decided = plan(situation, withOwnLeftover(desired, progress), intent);
  if (decided.kind === "refused") {
    // What stands there is not ours: nothing to clean up.
    progress.building = undefined;
    throw new PgIndexError(decided.advice);
  }
  if (decided.steps.some(({ kind }) => kind === "build" || kind === "reindex"))
    await makeSureOfRoom(workspace.observer, table, request, progress);
  const done = await execute(decided.steps, execution(workspace, table, request, progress));
  // Of the index that stands, what the plan said is all that there is to rebuild: nothing, where a
  // table has no partitions.
  progress.isRebuilt ||=
    situation.verdict.kind === "same" ||
    decided.steps.some(({ kind }) => kind === "build" || kind === "reindex");
  return done;
}

async function makeSureOfRoom(
  observer: Session,
  table: LiveTable,
  { desired, ctx }: Request,
  progress: Progress,
): Promise<void> {
  progress.estimatedBytes = await estimateSize(observer, desired, table);
  if (progress.buildStartedAt !== undefined) return;
  for (const warning of await roomWarnings(observer)) ctx.log("warning", warning);
}

/**
 * Where the server could not be asked before (no TEMPORARY privilege), what our own statement has
 * built is the declared form.
 */
async function declaredByBuild(
  observer: Session,
  declared: Declared,
  { building }: Progress,
): Promise<Declared> {
  if (declared.kind === "ok" || !building) return declared;
  const observed = await observe(observer, building);
  if (observed.kind !== "index" || !observed.index.valid) return declared;
  return { kind: "ok", canonical: observed.index.canonical };
}

/**
 * Whoever holds ACCESS EXCLUSIVE on the table is waited for in sight, and not inside of a statement
 * of ours.
 */
async function readDeclared(
  observer: Session,
  desired: DesiredIndex,
  ctx: Context,
  untilReadable: () => Promise<void>,
): Promise<Declared> {
  for (;;) {
    assertMayGoOn(ctx);
    await untilReadable();
    const declared = await declaredForm(observer, desired);
    if (declared.kind !== "cannotVerify" || declared.obstacle !== "locked") return declared;
  }
}

function execution(
  workspace: Workspace,
  table: LiveTable,
  { desired, ctx, hooks = {} }: Request,
  progress: Progress,
): Execution {
  const beforeBuild = async (step: Step) => {
    if (progress.buildStartedAt === undefined) await hooks.beforeBuild?.(step);
    progress.buildStartedAt ??= performance.now();
  };
  const beforeStep = async (step: Step) => {
    await hooks.beforeStep?.(step);
    if (step.kind !== "build" && step.kind !== "reindex") return;
    const { schema, table } = step.on ?? desired;
    progress.building = { schema, table, name: step.name };
  };
  const afterStep = async (step: Step) => {
    if (step.kind === "reindex" && step.on) progress.rebuilt.add(step.on.oid);
  };
  return {
    desired,
    table,
    workspace,
    ctx,
    hooks: { ...hooks, beforeBuild, beforeStep, afterStep },
  };
}

/**
 * `invalidLeftover: "refuse"` speaks of what stood before, not of what an interrupted attempt of
 * ours has left.
 */
function withOwnLeftover(desired: DesiredIndex, { building }: Progress): DesiredIndex {
  const isOwn = building !== undefined && desired.invalidLeftover === "refuse";
  return isOwn ? { ...desired, invalidLeftover: "rebuild" } : desired;
}
