import type { PatienceOptions } from "../declare/patienceOptions";
import type { Database } from "../session/database";
import { type Workspace, withWorkspace } from "../session/workspace";
import type { Context } from "./context";
import { Patience } from "./patience";
import { withRetries } from "./retries";
import { inTurn } from "./turns";

/** An operation at work: its two sessions, what it may do, and whom it tells. */
export interface Operation extends Workspace {
  readonly ctx: Context;
}

/** A table, by name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A table that was found. */
export interface TablePlace extends TableName {
  readonly oid: number;
}

/** A change of the indexes of one table, before it begins. */
export interface TableChange {
  readonly target: Database;
  readonly table: TableName;
  readonly ctx: Context;
  /** What the resource says of it, where it says anything. */
  readonly patience?: PatienceOptions;
  /** In words, for `pg_stat_activity`. */
  readonly purpose: string;
  /** Of the building session. */
  readonly searchPath: readonly string[];
  /** Refuse a server whose concurrent builds may corrupt. */
  readonly builds?: boolean;
}

/**
 * Runs a change: when it is its turn at the table, with sessions of its own for each attempt, and
 * with further attempts while the error says "not now". `explain` makes what is thrown of the last
 * error, while it is still our turn: it may clean up.
 */
export async function changeTable<T>(
  change: TableChange,
  attempt: (operation: Operation) => Promise<T>,
  explain: (error: unknown) => Promise<unknown>,
): Promise<T> {
  const { target, table, purpose, searchPath, builds } = change;
  const ctx = { ...change.ctx, patience: new Patience(change.patience, target.patience) };
  const options = { purpose, searchPath, builds };
  return inTurn(target, `${table.schema}.${table.table}`, ctx, async () => {
    try {
      return await withRetries(ctx, () =>
        withWorkspace(target, options, (workspace) => attempt({ ...workspace, ctx })),
      );
    } catch (error) {
      throw await explain(error);
    }
  });
}
