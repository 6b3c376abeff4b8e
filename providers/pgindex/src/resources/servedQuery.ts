import type { PlanType } from "../engine/measure/explain";

export type { PlanType } from "../engine/measure/explain";
export type { QueryMeasurement } from "../engine/measure/measurement";
export type { VerifiedQuery } from "../engine/verify/expectations";
export type { AccountedUsage } from "../engine/verify/usage";

/**
 * A query that an index is there for. It is measured with EXPLAIN (ANALYZE, BUFFERS) just before
 * the index is built and after it, each run in a read-only transaction that is rolled back.
 *
 * @example
 * const lookup: ServedQuery = {
 *   name: "message history",
 *   sql: "SELECT * FROM conversation_messages WHERE conversation_state_id = $1 ORDER BY created_at DESC",
 *   sample: "SELECT id FROM conversation_states ORDER BY id LIMIT 5",
 *   expect: { planTypes: ["Index Scan"], maximumMs: 5, minimumRatio: 30 },
 * };
 */
export interface ServedQuery {
  /** What people call the query. Unique among the queries of an index. */
  readonly name: string;
  /**
   * One SELECT, with `$1`, `$2`, … where the application has values. It may change nothing, lock
   * nothing and call no VOLATILE function.
   */
  readonly sql: string;
  /**
   * The values of `$1`, `$2`, … in their order, the same for every run. They are kept in Pulumi's
   * state: for anything that is not public write `sample`. PostgreSQL reads each as the type that
   * the query wants, so that a uuid or a timestamp is a string.
   * @default none
   */
  readonly values?: readonly (string | number | boolean | null)[];
  /**
   * One SELECT without parameters that finds real values: a column for each `$n`, each row a set of
   * values. The first `runs` rows are used in turn, one a run. Found anew for each measurement,
   * never kept or shown. Add ORDER BY to have the same rows each time.
   * @default none
   */
  readonly sample?: string;
  /**
   * How many runs the medians are of, after one that warms the caches and does not count.
   * @default 5
   */
  readonly runs?: number;
  /**
   * How long a run may take, such as "500ms" or "2m". A query that takes longer is recorded as
   * timed out.
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
   * The plan uses the index. False asks nothing.
   * @default true
   */
  readonly usesIndex?: boolean;
  /**
   * The plan reads the table in one of these ways: `["Index Scan", "Index Only Scan"]`.
   * @default any
   */
  readonly planTypes?: readonly PlanType[];
  /**
   * The median takes no longer, in milliseconds on the server, planning and network not counted.
   * @default no limit
   */
  readonly maximumMs?: number;
  /**
   * The median is at least so many times faster than before the build. Asks nothing where nothing
   * was measured before.
   * @default no limit
   */
  readonly minimumRatio?: number;
}
