import type { LockHolder } from "../catalog/sessions/openTransactions";
import type { OtherSession } from "../catalog/sessions/otherSessions";

/** What of a plan waits for others. */
export type Waiting =
  /** Nothing begins while somebody changes the table, or queues to. */
  | "begin"
  /** A build waits for everybody who has opened the table to write, before it scans and after. */
  | "build"
  /** Then, at its end, for every snapshot that is older than itself. */
  | "snapshots"
  /** A drop, and a lock that stops reads, wait for everybody who has touched the table. */
  | "drop";

/** An open transaction in the way of a plan. */
export interface InTheWay {
  readonly other: OtherSession & Partial<Pick<LockHolder, "relation">>;
  readonly waiting: Waiting;
}
