import { committingLocally } from "../alteration/alteration";
import { dropConcurrently } from "../alteration/concurrentDrop";
import { dropUnattended } from "../alteration/unattendedDrop";
import { observe } from "../catalog/indexes";
import { leftoversOf } from "../catalog/leftovers";
import type { LiveIndex } from "../catalog/liveIndex";
import type { OtherSession } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import { readTable } from "../catalog/tables";
import { ChangedError, errorText } from "../errors/advice";
import type { Context } from "../operation/context";
import type { Operation } from "../operation/operation";
import { OutOfPatience, Patience } from "../operation/patience";
import { takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import type { SessionTarget } from "../session/database";
import type { Session } from "../session/session";
import { withObserver, withWorkspace } from "../session/workspace";
import { displayName } from "../text/render";
import { describeLeftover, rejectsRows } from "./buildMessages";
import type { BuiltName } from "./journal";

/** Time limit for the clean-up after a failure or a cancel. */
const CLEAN_UP_MS = 15_000;

/** The part of it spent waiting for other sessions, which leaves time to report them. */
const WAIT_MS = 10_000;

/** A transaction this old will outlast the clean-up, so we do not wait for it. */
const FORGOTTEN_SECONDS = 60;

const NOTHING_LEFT = "nothing was left behind";

class CleanUpPatience extends Patience {
  private readonly forgottenSeconds: number;

  constructor(forgottenSeconds: number) {
    super({ waitForMs: WAIT_MS });
    this.forgottenSeconds = forgottenSeconds;
  }

  override overWait(others: readonly OtherSession[]): OutOfPatience | undefined {
    const forgotten = others.filter(
      ({ pid, ageSeconds }) => pid === 0 || (ageSeconds ?? 0) > this.forgottenSeconds,
    );
    return forgotten.length > 0
      ? new OutOfPatience("waitFor", 0, forgotten)
      : super.overWait(others);
  }
}

/**
 * Immediately drops what our failed build left behind: it slows every write and, if UNIQUE, rejects
 * the application's rows. Returns a description of the result. Never throws.
 */
export async function removeLeftover(
  database: SessionTarget,
  built: BuiltName,
  ctx: Context,
  forgottenSeconds = FORGOTTEN_SECONDS,
): Promise<string> {
  const quiet = cleanUpContext(ctx, forgottenSeconds);
  const options = { purpose: `clean up ${built.name}`, searchPath: [], isUrgent: true };
  try {
    return await withWorkspace(database, options, async (workspace) => {
      const operation = { ...workspace, ctx: quiet };
      // What is dropped need not be confirmed by a standby that is away.
      await workspace.builder.query(committingLocally("session"));
      await takeTableKey(operation, built);
      return dropInvalid(operation, built);
    });
  } catch (error) {
    return whatIsLeft(database, built, ctx, error);
  }
}

async function whatIsLeft(
  database: SessionTarget,
  built: BuiltName,
  ctx: Context,
  error: unknown,
): Promise<string> {
  try {
    const options = { purpose: "find leftovers", writable: false, isUrgent: true };
    const { leftovers } = await withObserver(database, options, (observer) =>
      findLeft(observer, built),
    );
    if (leftovers.length === 0) return NOTHING_LEFT;
    const harmful = error instanceof OutOfPatience ? leftovers.filter(rejectsRows) : [];
    const outcome =
      (await leaveToServer(database, harmful, ctx)) ?? "the next pulumi up removes it";
    return `${leftovers.map(describeLeftover).join("; ")}; ${whyNot(error)}; ${outcome}`;
  } catch {
    return `an INVALID ${displayName(built)} may be left behind; ${whyNot(error)}; the next pulumi up removes it`;
  }
}

/**
 * What rejects the application's rows must not do so until the next run. Says what becomes of it;
 * undefined where there is nothing of the kind, or the server could not be told.
 */
async function leaveToServer(
  database: SessionTarget,
  harmful: readonly LiveIndex[],
  ctx: Context,
): Promise<string | undefined> {
  const waiting: number[] = [];
  try {
    for (const live of harmful) {
      const left = await dropUnattended(database, live, cleanUpContext(ctx));
      if (left !== "dropped") waiting.push(left);
    }
  } catch {
    return undefined;
  }
  if (harmful.length === 0) return undefined;
  if (waiting.length === 0) return "it was dropped in the end";
  return `the server drops it as soon as that ends: pid ${waiting.join(", ")} waits for it`;
}

/** For a clean-up: bounded, and not ended by a cancel. */
export function cleanUpContext(ctx: Context, forgottenSeconds = FORGOTTEN_SECONDS): Context {
  const bounded = AbortSignal.timeout(CLEAN_UP_MS);
  const patience = new CleanUpPatience(forgottenSeconds);
  return { ...ctx, signal: bounded, draining: bounded, patience };
}

/** Why a clean-up did not end. */
export function whyNot(error: unknown): string {
  return error instanceof OutOfPatience
    ? `blocking the clean-up: ${error.others.map(describeSession).join("; ")}`
    : `the clean-up failed: ${errorText(error).split("\n")[0]}`;
}

/**
 * Drops an interrupted attempt's leftover when the server could not provide the canonical form to
 * compare it with.
 */
export async function clearLeftover(operation: Operation, built: BuiltName): Promise<void> {
  await takeTableKey(operation, built);
  const became = await dropInvalid(operation, built);
  operation.ctx.log("info", `${displayName(built)}: after the interruption, ${became}`);
}

/**
 * Drops our build's INVALID indexes, under the table's key. Returns a description of the result.
 */
async function dropInvalid(operation: Operation, built: BuiltName): Promise<string> {
  const { observer } = operation;
  const { leftovers } = await findLeft(observer, built);
  const dropped: LiveIndex[] = [];
  for (const live of leftovers) if (await dropLeftover(operation, live)) dropped.push(live);
  const { valid } = await findLeft(observer, built);
  const said = [
    dropped.length > 0 && "its INVALID leftover was dropped",
    valid && validText(built, valid),
  ];
  return said.filter(Boolean).join("; ") || NOTHING_LEFT;
}

/** An index of a partition that is not attached yet is told of by {@link removeDetached}, or: */
function validText({ partitionOf }: BuiltName, { partOf }: LiveIndex): string | false {
  if (!partitionOf) return "the index exists and is valid; the next pulumi up adopts it";
  return !partOf && "the partition's index exists and is valid; the next pulumi up attaches it";
}

/** False if another session repaired the index while we waited, for example with REINDEX. */
async function dropLeftover(operation: Operation, live: LiveIndex): Promise<boolean> {
  const place = { schema: live.schema, table: live.table, oid: live.tableOid };
  await waitUntilNobodyWorks(operation, place);
  try {
    await dropConcurrently(live, { ...operation, verb: `cleaning up ${live.name}` });
    return true;
  } catch (error) {
    if (error instanceof ChangedError) return false;
    throw error;
  }
}

interface Left {
  readonly leftovers: readonly LiveIndex[];
  readonly valid: LiveIndex | undefined;
}

/** Finds the index itself and what an interrupted REINDEX CONCURRENTLY or drop left INVALID. */
async function findLeft(observer: Session, built: BuiltName): Promise<Left> {
  const table = await readTable(observer, built);
  if (!table) return { leftovers: [], valid: undefined };
  const observed = await observe(observer, built);
  const isOurs = observed.kind === "index" && observed.index.table === built.table;
  const own = isOurs ? [observed.index] : [];
  const all = [...own, ...(await leftoversOf(observer, table.oid, built.name))];
  return { leftovers: all.filter(({ valid }) => !valid), valid: own.find(({ valid }) => valid) };
}
