import type { PlanType } from "../engine/explain/explain";

export type { PlanType } from "../engine/explain/explain";
export type { QueryMeasurement } from "../engine/measure/measurement";
export type { VerifiedQuery } from "../engine/verify/expectations";
export type { AccountedUsage } from "../engine/verify/usage";

/**
 * A query that an index serves. It is measured with EXPLAIN (ANALYZE, BUFFERS)
 * (https://www.postgresql.org/docs/current/sql-explain.html) just before the index is built and
 * after it. Each run is in a read-only transaction that is rolled back.
 *
 * @example
 * const lookup: ServedQuery = {
 *   name: "message history",
 *   sql: `SELECT * FROM conversation_messages
 *          WHERE conversation_state_id = $1 ORDER BY created_at DESC`,
 *   sample: "SELECT id FROM conversation_states ORDER BY id LIMIT 5",
 *   expect: { planTypes: ["Index Scan"], maximumMs: 5, minimumRatio: 30 },
 * };
 */
export interface ServedQuery {
  /** A name for the query, unique among the queries of an index. */
  readonly name: string;
  /**
   * One SELECT, with `$1`, `$2`, … in place of the application's values. It must not change or lock
   * anything, or call a VOLATILE function.
   */
  readonly sql: string;
  /**
   * The values of `$1`, `$2`, …, in order and the same for every run. They are kept in Pulumi's
   * state, so use `sample` for anything that is not public. PostgreSQL reads each as the type the
   * query expects, so write a uuid or a timestamp as a string.
   * @default none
   */
  readonly values?: readonly (string | number | boolean | null)[];
  /**
   * One SELECT without parameters that finds real values: one column for each `$n`, one row for
   * each set of values. The first `runs` rows are used in turn, one per run. It runs again for
   * every measurement, and its result is never stored or shown. Add ORDER BY to get the same rows
   * every time.
   * @default none
   */
  readonly sample?: string;
  /**
   * The role that runs it in the application. It is measured with that role's settings in this
   * database, of which `search_path` decides what names mean, and as that role if the login may
   * `SET ROLE` to it. With a role, its own search_path counts and not the resource's.
   * @default `applicationRole` of the Connection, else our own settings
   */
  readonly role?: string;
  /**
   * How many runs to take the medians of, not counting a first one that warms the caches.
   * @default 5
   */
  readonly runs?: number;
  /**
   * Time limit for one run, such as "500ms" or "2m". A query that exceeds it is recorded as timed
   * out.
   * @default "30s"
   */
  readonly timeout?: string;
  /**
   * What must hold once the index is built.
   * @default the plan uses the index
   */
  readonly expect?: QueryExpectation;
}

/** What must hold for a {@link ServedQuery} once the index is built. */
export interface QueryExpectation {
  /**
   * The plan must use the index. False skips the check.
   * @default true
   */
  readonly usesIndex?: boolean;
  /**
   * The plan must read the table in one of these ways: `["Index Scan", "Index Only Scan"]`.
   * @default any
   */
  readonly planTypes?: readonly PlanType[];
  /**
   * The longest the median may be, in milliseconds on the server, not counting planning or network.
   * @default no limit
   */
  readonly maximumMs?: number;
  /**
   * How many times faster than before the build the median must be. Not met if nothing was measured
   * before, as for an index that stood already.
   * @default no limit
   */
  readonly minimumRatio?: number;
}
