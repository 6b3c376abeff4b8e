import {
  blockersOf,
  type OtherSession,
  type Waiter,
  waitersBehind,
} from "../catalog/sessions/otherSessions";
import type { Session } from "../session/session";
import { PROGRESS_COLUMNS, type ProgressRow } from "./progress";
import type { WaitEvent } from "./waitEvents";

/** What the server reports about our session that runs a long statement. */
export interface BuilderState {
  readonly isActive: boolean;
  /** It waits for a relation lock. Before it reports a phase, this is the lock on the table. */
  readonly isQueued: boolean;
  /** What else it waits for. */
  readonly wait?: WaitEvent;
  readonly row: ProgressRow | undefined;
  readonly blockers: readonly OtherSession[];
  readonly waiters: readonly Waiter[];
}

const PROGRESS_QUERY = `
SELECT ${PROGRESS_COLUMNS} FROM pg_stat_progress_create_index WHERE pid = $1`;

interface Activity {
  readonly state: string;
  readonly waitType: string | null;
  readonly waitEvent: string | null;
  readonly standbys: string;
}

/** Reads as the login role, which also owns the builder's session. */
export async function readState(observer: Session, builder: Session): Promise<BuilderState> {
  const [activity] = await observer.queryAsLogin<Activity>(
    `SELECT coalesce(state, 'active') AS state,
            wait_event_type AS "waitType", wait_event AS "waitEvent",
            pg_catalog.current_setting('synchronous_standby_names') AS standbys
       FROM pg_stat_activity WHERE pid = $1`,
    [builder.pid],
  );
  const [row] = await observer.queryAsLogin<ProgressRow>(PROGRESS_QUERY, [builder.pid]);
  const blockers = await blockersOf(observer, builder.pid);
  const waiters = await waitersBehind(observer, builder.pid);
  return {
    isActive: activity !== undefined && !activity.state.startsWith("idle"),
    isQueued: activity?.waitType === "Lock" && activity.waitEvent === "relation",
    ...waitOf(activity),
    row,
    blockers,
    waiters,
  };
}

function waitOf(activity: Activity | undefined): Pick<BuilderState, "wait"> {
  const { waitType: type, waitEvent: event, standbys } = activity ?? {};
  return type && event ? { wait: { type, event, standbys } } : {};
}
