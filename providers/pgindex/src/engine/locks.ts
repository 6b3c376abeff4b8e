import {
  advisoryHolder,
  describeSession,
  isYieldingAutovacuum,
  type OtherSession,
  workersOn,
} from "./catalog/otherSessions";
import { type Context, jitter, pause } from "./context";
import { onlyRow } from "./session/query";
import type { Session } from "./session/session";

/** First key of our advisory locks: "pgix" in ASCII. */
const LOCK_CLASS = 0x70676978;

const POLL_MS = 400;

/** After this long a wait is worth a line that stays. */
const LONG_WAIT_MS = 10_000;

/**
 * Takes the key of a table on the building session itself, so that the key also proves that a builder lives. One key a
 * table, also for drops and ANALYZE: two concurrent builds on one table always deadlock.
 *
 * Polled, never waited for: a session that waits in pg_advisory_lock() holds a snapshot, and a build that waits for snapshots
 * deadlocks with it.
 */
export async function takeTableKey(
  builder: Session,
  observer: Session,
  table: { readonly schema: string; readonly table: string },
  ctx: Context,
): Promise<void> {
  const key = await tableKey(builder, table);
  const wait = new Wait(ctx, `another pgindex works on ${table.schema}.${table.table}`);
  while (!(await tryLock(builder, key))) {
    const holders = await advisoryHolder(observer, LOCK_CLASS, key);
    await wait.on(holders);
  }
  wait.over();
}

/** Gives a table's key back before the session ends. */
export async function returnTableKey(
  builder: Session,
  table: { readonly schema: string; readonly table: string },
): Promise<void> {
  await builder.query("SELECT pg_catalog.pg_advisory_unlock($1::int4, $2::int4)", [
    LOCK_CLASS,
    await tableKey(builder, table),
  ]);
}

async function tableKey(session: Session, of: { schema: string; table: string }): Promise<number> {
  const rows = await session.query<{ key: number }>("SELECT pg_catalog.hashtext($1::text) AS key", [
    JSON.stringify([of.schema, of.table]),
  ]);
  return onlyRow(rows).key;
}

async function tryLock(session: Session, key: number): Promise<boolean> {
  const rows = await session.query<{ locked: boolean }>(
    "SELECT pg_catalog.pg_try_advisory_lock($1::int4, $2::int4) AS locked",
    [LOCK_CLASS, key],
  );
  return onlyRow(rows).locked;
}

/**
 * Waits until nobody works on the table: an INVALID index may be one that an orphaned build is about to finish, and whoever queues on
 * the table while it builds kills it. Ordinary autovacuum is not waited for: it gives way, but only to a statement that queues.
 */
export async function waitUntilNobodyWorks(
  observer: Session,
  table: { readonly schema: string; readonly table: string; readonly oid: number },
  builderPid: number,
  ctx: Context,
  modes?: readonly string[],
): Promise<void> {
  const wait = new Wait(ctx, `waiting for others to finish on ${table.schema}.${table.table}`);
  for (;;) {
    const workers = (await workersOn(observer, table.oid, builderPid, modes)).filter(
      (o) => !isYieldingAutovacuum(o),
    );
    if (workers.length === 0) return wait.over();
    await wait.on(workers);
  }
}

/** A polled wait that shows whom it waits for, and says so for good once it is long. */
export class Wait {
  private readonly started = Date.now();
  private lastLook = this.started;
  private reported = false;
  private readonly ctx: Context;
  private readonly reason: string;

  constructor(ctx: Context, reason: string) {
    this.ctx = ctx;
    this.reason = reason;
  }

  /** Waits for a moment; throws {@link OutOfPatience} when the operation has waited for long enough. */
  async on(others: readonly OtherSession[]): Promise<void> {
    const { patience } = this.ctx;
    const waited = Date.now() - this.started;
    patience?.waited(Date.now() - this.lastLook);
    this.lastLook = Date.now();
    const over = patience?.overWait(others);
    if (over) throw over;
    const names = others.map(describeSession).join("; ") || "unknown";
    const message = `${this.reason} (${Math.round(waited / 1000)} s): ${names}`;
    this.ctx.status(message);
    if (waited > LONG_WAIT_MS && !this.reported) {
      this.reported = true;
      this.ctx.log("warning", message);
    }
    await pause(Math.min(jitter(POLL_MS), patience?.leftToWait() ?? POLL_MS), this.ctx);
  }

  over(): void {
    if (this.reported) {
      const seconds = Math.round((Date.now() - this.started) / 1000);
      this.ctx.log("info", `${this.reason}: over after ${seconds} s`);
    }
  }
}
