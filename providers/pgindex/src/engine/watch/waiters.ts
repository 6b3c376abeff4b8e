import type { Waiter } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import { sqlState } from "../errors/sqlstate";
import type { Context } from "../operation/context";
import { actingRole } from "../session/role";
import type { Session } from "../session/session";
import { observeAges } from "../sight/transactionAges";
import { ident } from "../text/sql";
import { type Harm, waiterHarm } from "./waiterHarm";
import { waiterWarning } from "./waiterMessages";

/**
 * A session that has waited behind us longer than deadlock_timeout (1 s by default) has passed its
 * own deadlock check, so the build will be the victim.
 */
const HARMFUL_WAIT_MS = 1_000;

/**
 * Each of these phases fixes the set of transactions it waits for when it begins
 * (WaitForOlderSnapshots in indexcmds.c). A transaction that begins later is not among them.
 */
const LAST_PHASES = [
  "waiting for old snapshots",
  "waiting for readers before marking dead",
  "waiting for readers before dropping",
];

/** The statement was cancelled to let another session pass; it is retried like any cancel. */
export class GaveWay extends Error {
  override readonly name = "GaveWay";
  /** query_canceled, the server's SQLSTATE for it. */
  readonly code = "57014";
}

/** Watches the sessions that wait behind one statement and applies the `waiters` policy. */
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

  /** Returns why our statement must be cancelled, or undefined. */
  async poll(
    waiters: readonly Waiter[],
    phase: string | null | undefined,
    observer: Session,
    builderPid: number,
  ): Promise<GaveWay | undefined> {
    const now = performance.now();
    if (phase && LAST_PHASES.includes(phase)) await this.beginLastPhases(observer, now);
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

  /** Who is not there yet is known to be younger, also where our role may not see any age. */
  private async beginLastPhases(observer: Session, now: number): Promise<void> {
    if (this.lastPhaseSeen !== undefined) return;
    this.lastPhaseSeen = now;
    // Without it, a harmless waiter may be warned of.
    await observeAges(observer).catch(() => undefined);
  }

  private currentHarm(waiter: Waiter, now: number): Harm | undefined {
    const first = this.firstSeen.get(waiter.pid) ?? now;
    this.firstSeen.set(waiter.pid, first);
    // An older server does not report when another role's session began to wait.
    const waitedMs = Math.max(now - first, (waiter.waitSeconds ?? 0) * 1000);
    if (waitedMs < HARMFUL_WAIT_MS) return undefined;
    const since = this.lastPhaseSeen === undefined ? undefined : now - this.lastPhaseSeen;
    const harm = waiterHarm(waiter, this.isBuild, since);
    return harm.endsBuild || harm.stopsApplication ? harm : undefined;
  }

  /** Cancels it only while it still waits behind us: another session may have its pid by now. */
  private async cancel(waiter: Waiter, observer: Session, builderPid: number): Promise<void> {
    try {
      await observer.query(
        `SELECT pg_cancel_backend(pid) FROM unnest(ARRAY[$1::int4]) AS w(pid)
          WHERE $2::int4 = ANY(pg_blocking_pids(pid))`,
        [waiter.pid, builderPid],
      );
      this.warnOnce(waiter, `cancelled ${describeSession(waiter)}, which waited behind this build`);
    } catch (error) {
      if (sqlState(error) !== "42501") throw error;
      const role = await actingRole(observer.query);
      this.warnOnce(
        waiter,
        `${describeSession(waiter)} waits behind this build and cannot be cancelled: ` +
          `${(error as Error).message}; run: GRANT pg_signal_backend TO ${ident(role)}; ` +
          "(only a superuser can cancel a superuser's session)",
      );
    }
  }

  private warnOnce({ pid }: Waiter, message: string): void {
    if (!this.warned.has(pid)) this.ctx.log("warning", message);
    this.warned.add(pid);
  }
}
