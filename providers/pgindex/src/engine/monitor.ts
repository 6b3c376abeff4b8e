import { setTimeout as delay } from "node:timers/promises";
import {
  blockersOf,
  describeSession,
  maskStatement,
  type OtherSession,
  waitersBehind,
} from "./activity";
import type { Context } from "./context";
import { CancelledError } from "./problems";
import { type ProgressRow, renderProgress } from "./progress";
import { renderElapsed } from "./render";
import type { Session } from "./session";

const POLL_MS = 500;

/** A wait behind us for longer than deadlock_timeout (1 s by default) has passed its own deadlock check: the build will be the victim. */
const FATAL_WAIT_SECONDS = 1;

/** Polls in a row that must find the builder idle before its unanswered statement is given up. */
const IDLE_POLLS = 3;

/** Runs a long statement on the builder while a second session watches it. */
export interface Watched {
  readonly builder: Session;
  readonly observer: Session;
  readonly ctx: Context;
  /** What is shown while the server reports no phase: "building", "dropping". */
  readonly verb: string;
  /** Which part of a larger work it is: "partition 3 of 20". */
  readonly position?: string;
}

/**
 * Runs `sql` on the builder, shows its progress, blockers and waiters, and cancels it through the observer when the operation is
 * cancelled. Resolves when the statement has ended well; throws the server's own error, or {@link CancelledError} after a cancel.
 */
export async function runWatched(sql: string, watched: Watched): Promise<void> {
  const { builder, ctx } = watched;
  const ended = new AbortController();
  const statement = builder.query(sql).finally(() => ended.abort());
  const watch = watchStatement(watched, ended.signal);
  try {
    await statement;
  } catch (error) {
    if (ctx.signal.aborted) throw new CancelledError("cancelled", { cause: error });
    throw error;
  } finally {
    await watch;
  }
}

async function watchStatement(watched: Watched, ended: AbortSignal): Promise<void> {
  const warned = new Set<number>();
  const started = Date.now();
  let idlePolls = 0;
  while (!ended.aborted) {
    try {
      if (watched.ctx.signal.aborted) await cancelBuilder(watched);
      const state = await readState(watched);
      idlePolls = state.isActive ? 0 : idlePolls + 1;
      if (idlePolls >= IDLE_POLLS && !ended.aborted) return watched.builder.destroy();
      if (state.isActive) report(watched, state, Date.now() - started, warned);
    } catch (error) {
      // Progress is a courtesy: the build goes on without it, and its end is verified in the catalog.
      watched.ctx.status(
        `${watched.verb}, ${renderElapsed(Date.now() - started)} (progress unavailable: ${error})`,
      );
    }
    await delay(POLL_MS, undefined, {
      signal: AbortSignal.any([ended, stopSignal(watched.ctx)]),
    }).catch(() => undefined);
  }
}

/** Wakes the watch once when the operation is cancelled; later polls keep their pace. */
function stopSignal(ctx: Context): AbortSignal {
  return ctx.signal.aborted ? new AbortController().signal : ctx.signal;
}

async function cancelBuilder({ observer, builder }: Watched): Promise<void> {
  await observer.query("SELECT pg_cancel_backend($1)", [builder.pid]);
}

interface State {
  readonly isActive: boolean;
  readonly row: ProgressRow | undefined;
  readonly blockers: readonly OtherSession[];
  readonly waiters: readonly OtherSession[];
}

const PROGRESS_QUERY = `
SELECT phase, lockers_done::float8 AS "lockersDone", lockers_total::float8 AS "lockersTotal",
       blocks_done::float8 AS "blocksDone", blocks_total::float8 AS "blocksTotal",
       tuples_done::float8 AS "tuplesDone", tuples_total::float8 AS "tuplesTotal",
       partitions_done::float8 AS "partitionsDone", partitions_total::float8 AS "partitionsTotal"
  FROM pg_stat_progress_create_index WHERE pid = $1`;

async function readState({ observer, builder }: Watched): Promise<State> {
  const [activity] = await observer.query<{ state: string }>(
    "SELECT coalesce(state, 'active') AS state FROM pg_stat_activity WHERE pid = $1",
    [builder.pid],
  );
  const [row] = await observer.query<ProgressRow>(PROGRESS_QUERY, [builder.pid]);
  const blockers = await blockersOf(observer, builder.pid);
  const waiters = await waitersBehind(observer, builder.pid);
  return {
    isActive: activity !== undefined && activity.state !== "idle",
    row,
    blockers,
    waiters,
  };
}

function report(watched: Watched, state: State, elapsedMs: number, warned: Set<number>): void {
  const line = renderProgress(watched.verb, { ...state, elapsedMs });
  watched.ctx.status(watched.position ? `${watched.position}: ${line}` : line);
  for (const waiter of state.waiters) {
    if ((waiter.waitSeconds ?? 0) < FATAL_WAIT_SECONDS || warned.has(waiter.pid)) continue;
    warned.add(waiter.pid);
    watched.ctx.log("warning", waiterWarning(waiter));
  }
}

function waiterWarning(waiter: OtherSession): string {
  const what = waiter.statement ? maskStatement(waiter.statement) : "its statement";
  return (
    `${describeSession(waiter)} waits behind this build. PostgreSQL will end the build as a deadlock when it reaches its last phase, ` +
    `and it is then tried again. If the waiter wants ACCESS EXCLUSIVE (most ALTER TABLE), every read and write of the table waits behind it now. ` +
    `To let the build finish: SELECT pg_cancel_backend(${waiter.pid}); and run "${what}" afterwards`
  );
}
