import { routineOf, sqlState } from "../../errors/sqlstate";
import type { Cause } from "./cause";

/**
 * What an error of the server means, by SQLSTATE and by the routine of its source that reports it:
 * both are the same in every language (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
export interface CauseRow {
  readonly states: readonly string[];
  /** Without it, the row is for whatever no row before it is for. */
  readonly routines?: readonly string[];
  readonly cause: Cause;
}

/** What is known of an error; undefined if nothing is. */
export function causeIn(rows: readonly CauseRow[], error: unknown): Cause | undefined {
  const state = sqlState(error);
  const routine = routineOf(error);
  if (state === undefined) return undefined;
  const ofState = rows.filter(({ states }) => states.includes(state));
  const found =
    ofState.find(({ routines }) => routines?.includes(routine)) ??
    ofState.find(({ routines }) => routines === undefined);
  return found?.cause;
}
