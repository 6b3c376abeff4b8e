import { describeSession, type Waiter } from "../catalog/otherSessions";
import { sqlState } from "../errors/sqlstate";
import type { Context } from "../operation/context";
import { actingRole } from "../session/role";
import type { Session } from "../session/session";
import { ident } from "../text/sql";
import { type Harm, waiterHarm } from "./waiterHarm";
import { waiterWarning } from "./waiterMessages";

/**
 * A wait behind us for longer than deadlock_timeout (1 s by default) has passed its own deadlock
 * check: the build will be the victim.
 */
const HARMFUL_WAIT_MS = 1_000;

/**
 * Whom a build waits for in these phases is settled when they begin (WaitForOlderSnapshots in
 * indexcmds.c): a transaction that begins later is none of them.
 */
const LAST_PHASES = [
  "waiting for old snapshots",
  "waiting for readers before marking dead",
  "waiting for readers before dropping",
];

/** The statement was stopped to let somebody pass; it is tried again, as after every cancel. */
export class GaveWay extends Error {
  override readonly name = "GaveWay";
  /** query_canceled: what the server says of it. */
  readonly code = "57014";
}

/** Watches who waits behind one statement, and does about it what the policy says. */
export class WaiterWatch {
  private readonly ctx: Context;
  private readonly isBuild: boolean;
  private readonly firstSeen = new Map<number, number>();
  private readonly warned = new Set<number>();
  private lastPhaseSeen: number | undefined;

  constructor(ctx: Context, isBuild: boolean) {
    this.ctx = ctx;
    this.isBuild = isBuild;
  }

  /** Gives why our statement is to be stopped, when it is. */
  async poll(
    waiters: readonly Waiter[],
    phase: string | null | undefined,
    observer: Session,
    builderPid: number,
  ): Promise<GaveWay | undefined> {
    const now = performance.now();
    if (phase && LAST_PHASES.includes(phase)) this.lastPhaseSeen ??= now;
    for (const waiter of waiters) {
      const harm = this.currentHarm(waiter, now);
      if (!harm) continue;
      const policy = this.ctx.patience?.waiters ?? "warn";
      if (policy === "yield") return new GaveWay(`gave way to ${describeSession(waiter)}`);
      if (policy === "cancel") await this.cancel(waiter, observer, builderPid);
      else this.warnOnce(waiter, waiterWarning(waiter, harm));
    }
    return undefined;
  }

  private currentHarm(waiter: Waiter, now: number): Harm | undefined {
    const first = this.firstSeen.get(waiter.pid) ?? now;
    this.firstSeen.set(waiter.pid, first);
    // Of another role's session an older server does not tell since when it waits.
    const waitedMs = Math.max(now - first, (waiter.waitSeconds ?? 0) * 1000);
    if (waitedMs < HARMFUL_WAIT_MS) return undefined;
    const since = this.lastPhaseSeen === undefined ? undefined : now - this.lastPhaseSeen;
    const harm = waiterHarm(waiter, this.isBuild, since);
    return harm.endsBuild || harm.stopsApplication ? harm : undefined;
  }

  /** Only while it still waits behind us: its pid may have become another's. */
  private async cancel(waiter: Waiter, observer: Session, builderPid: number): Promise<void> {
    try {
      await observer.query(
        "SELECT pg_cancel_backend(pid) FROM unnest(ARRAY[$1::int4]) AS w(pid) WHERE $2::int4 = ANY(pg_blocking_pids(pid))",
        [waiter.pid, builderPid],
      );
      this.warnOnce(waiter, `cancelled ${describeSession(waiter)}, which waited behind this build`);
    } catch (error) {
      if (sqlState(error) !== "42501") throw error;
      const role = await actingRole(observer.query);
      this.warnOnce(
        waiter,
        `${describeSession(waiter)} waits behind this build and may not be cancelled: ${(error as Error).message}; ` +
          `run: GRANT pg_signal_backend TO ${ident(role)}; (a superuser's session is only a superuser's to cancel)`,
      );
    }
  }

  private warnOnce({ pid }: Waiter, message: string): void {
    if (!this.warned.has(pid)) this.ctx.log("warning", message);
    this.warned.add(pid);
  }
}
