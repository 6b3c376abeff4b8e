import {
  blockersOf,
  type OtherSession,
  type Waiter,
  waitersBehind,
} from "../catalog/otherSessions";
import type { Session } from "../session/session";
import { PROGRESS_COLUMNS, type ProgressRow } from "./progress";

/** What the server reports about our session that runs a long statement. */
export interface BuilderState {
  readonly isActive: boolean;
  /** It waits for a relation lock. Before it reports a phase, this is the lock on the table. */
  readonly isQueued: boolean;
  readonly row: ProgressRow | undefined;
  readonly blockers: readonly OtherSession[];
  readonly waiters: readonly Waiter[];
}

const PROGRESS_QUERY = `
SELECT ${PROGRESS_COLUMNS} FROM pg_stat_progress_create_index WHERE pid = $1`;

/** Reads as the login role, which also owns the builder's session. */
export async function readState(observer: Session, builder: Session): Promise<BuilderState> {
  const [activity] = await observer.queryAsLogin<{ state: string; isQueued: boolean }>(
    `SELECT coalesce(state, 'active') AS state,
            coalesce(wait_event_type = 'Lock' AND wait_event = 'relation', false) AS "isQueued"
       FROM pg_stat_activity WHERE pid = $1`,
    [builder.pid],
  );
  const [row] = await observer.queryAsLogin<ProgressRow>(PROGRESS_QUERY, [builder.pid]);
  const blockers = await blockersOf(observer, builder.pid);
  const waiters = await waitersBehind(observer, builder.pid);
  return {
    isActive: activity !== undefined && !activity.state.startsWith("idle"),
    isQueued: activity?.isQueued ?? false,
    row,
    blockers,
    waiters,
  };
}
