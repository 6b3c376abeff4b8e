import type { PatienceOptions } from "../declare/patienceOptions";
import { Notices } from "../errors/notices";
import { forgetLooks } from "../look/withLook";
import { requireTrustedTriggers } from "../reach/eventTriggers";
import type { Database } from "../session/database";
import { type Workspace, withWorkspace } from "../session/workspace";
import { withSlots } from "../slots/slotReservation";
import { type Context, waitingOf } from "./context";
import { Patience } from "./patience";
import { stallReport } from "./patienceMessages";
import { withRetries } from "./retries";
import { inTurn } from "./turns";

/** A running operation: its two sessions, its limits, and where it reports. */
export interface Operation extends Workspace {
  readonly ctx: Context;
  /** What the server says in the building session, where somebody listens. */
  readonly notices?: Notices;
}

/** A table, by name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A table that exists. */
export interface TablePlace extends TableName {
  readonly oid: number;
}

/** A change of the indexes of one table, before it begins. */
export interface TableChange {
  readonly database: Database;
  readonly table: TableName;
  /** Its size, if that is known: of those that wait, the largest comes first. */
  readonly tableBytes?: number;
  readonly ctx: Context;
  /** The limits that the resource sets, if any. */
  readonly patience?: PatienceOptions;
  /** A description for `pg_stat_activity`. */
  readonly purpose: string;
  /** The search path of the building session. */
  readonly searchPath: readonly string[];
  /** Refuse a server whose concurrent builds can corrupt. */
  readonly builds?: boolean;
  /** How many sessions it has at the same time: two, and a third to measure queries. */
  readonly sessions?: number;
}

/**
 * Runs a change in its turn on the table, with new sessions for each attempt, and retries while the
 * error means "not now". `explain` turns the last error into the one to throw; it runs while it is
 * still our turn, so it can clean up.
 */
export async function changeTable<T>(
  change: TableChange,
  attempt: (operation: Operation) => Promise<T>,
  explain: (error: unknown) => Promise<unknown>,
): Promise<T> {
  const { database, table, purpose, searchPath, builds, sessions = 2 } = change;
  const ctx = { ...change.ctx, patience: new Patience(change.patience, database.patience) };
  const options = { purpose, searchPath, builds };
  const reportStalls = () => {
    const stalls = ctx.patience.stallsInAll();
    if (stalls.tries > 0) ctx.log("info", `${purpose}: ${stallReport(stalls)}`);
  };
  const notices = new Notices((severity, text) =>
    ctx.log(severity, `${purpose}: PostgreSQL says: ${text}`),
  );
  const run = async (workspace: Workspace) => {
    await requireTrustedTriggers(workspace.observer);
    workspace.builder.onNotice((notice) => notices.hear(notice));
    return attempt({ ...workspace, ctx, notices });
  };
  const withReservedSlots = async () => {
    try {
      return await withRetries(ctx, () => withWorkspace(database, options, run));
    } catch (error) {
      throw await explain(error);
    } finally {
      forgetLooks();
      reportStalls();
    }
  };
  const slots = { sessions, ...waitingOf(ctx) };
  forgetLooks();
  const turn = { table: `${table.schema}.${table.table}`, bytes: change.tableBytes };
  return inTurn(database, turn, ctx, () => withSlots(database, slots, withReservedSlots));
}
