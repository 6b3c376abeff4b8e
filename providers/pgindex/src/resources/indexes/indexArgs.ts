import type * as pulumi from "@pulumi/pulumi";
import type { BuildSettingsArgs } from "../buildSettingsArgs";
import type { HazardPolicyArgs } from "../hazardArgs";
import type { PassedGate } from "../promotion/passedGate";
import type { ServedQuery } from "../servedQuery";
import type { KeyArgs } from "./keyArgs";
import type { RebuildWhenArgs } from "./rebuildWhenArgs";

/**
 * Arguments of an {@link Index}: everything `CREATE INDEX` can express
 * (https://www.postgresql.org/docs/current/sql-createindex.html). Write names as they appear in the
 * catalog; they are always quoted.
 */
export interface IndexArgs {
  /**
   * The table to index: an ordinary table, a partitioned table or a materialized view.
   * @sql ON "public"."users"
   */
  readonly table: pulumi.Input<string>;
  /**
   * The schema of the table, and therefore of the index.
   * @default "public"
   */
  readonly schema?: pulumi.Input<string>;
  /**
   * The index's name, at most 63 bytes.
   * @sql CREATE INDEX CONCURRENTLY "users_email_idx"
   */
  readonly name: pulumi.Input<string>;
  /**
   * The keys, in order: column names, or a {@link KeyArgs} for anything more than a column name.
   * @sql ("email", (lower(name)) DESC)
   */
  readonly columns: pulumi.Input<readonly pulumi.Input<string | KeyArgs>[]>;
  /**
   * Reject equal keys. The build fails if there are duplicates.
   * @default false
   * @sql CREATE UNIQUE INDEX
   */
  readonly unique?: pulumi.Input<boolean>;
  /**
   * With `unique` or `constraint: "unique"`: treat two nulls as equal. PostgreSQL 15+.
   * @default false
   * @sql NULLS NOT DISTINCT
   */
  readonly nullsNotDistinct?: pulumi.Input<boolean>;
  /**
   * Columns to store with the keys, for index-only scans.
   * @default none
   * @sql INCLUDE ("name")
   */
  readonly include?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Index only the rows for which this expression is true: a partial index.
   * @default every row
   * @sql WHERE (deleted_at IS NULL)
   */
  readonly predicate?: pulumi.Input<string>;
  /**
   * `btree`, `gin`, `gist`, `brin`, `hash`, `spgist`, or an extension's.
   * @default "btree"
   * @sql USING "gin"
   */
  readonly accessMethod?: pulumi.Input<string>;
  /**
   * The access method's own settings. A new value is set on the standing index; one that only a
   * rebuild applies, such as `pages_per_range` of brin, `lists` of ivfflat or `m` of hnsw, is
   * followed by `REINDEX INDEX CONCURRENTLY`. Of an access method that pgindex does not know, every
   * value is taken for such a one. See
   * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-STORAGE-PARAMETERS
   * @default the server's
   * @sql WITH ("fillfactor" = '90')
   */
  readonly storageParameters?: pulumi.Input<Readonly<Record<string, string | number | boolean>>>;
  /**
   * Where the index is stored.
   * @default left to the server
   * @sql TABLESPACE "fast"
   */
  readonly tablespace?: pulumi.Input<string>;
  /**
   * A comment on the index; "" removes it.
   * @default left alone
   * @sql COMMENT ON INDEX "users_email_idx" IS 'sign-in'
   */
  readonly comment?: pulumi.Input<string>;
  /**
   * Make the index back a constraint of the same name, which makes it unique. Takes ACCESS
   * EXCLUSIVE on the table for milliseconds once the index is built. The columns of a primary key
   * must already be NOT NULL.
   * @default none
   * @sql ALTER TABLE "users" ADD CONSTRAINT "users_email_idx" UNIQUE USING INDEX "users_email_idx"
   */
  readonly constraint?: pulumi.Input<"unique" | "primaryKey">;
  /**
   * When to rebuild the index even though its definition has not changed. A partitioned index is
   * rebuilt one partition at a time: a retry within the same run continues with the remaining
   * partitions, and a new run starts with the first.
   * @default never
   * @sql REINDEX INDEX CONCURRENTLY "users_email_idx"
   */
  readonly rebuildWhen?: pulumi.Input<RebuildWhenArgs>;
  /**
   * Settings of the session that builds, for the time of each build.
   * @default those of the Connection or the stack, else the server's own
   */
  readonly buildSettings?: pulumi.Input<BuildSettingsArgs>;
  /**
   * Schemas to search for unqualified functions, types and operators in expressions.
   * @default the table's schema, then public
   * @sql SET search_path
   */
  readonly searchPath?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * What to do with an INVALID index of the declared name that nobody is building. "rebuild" drops
   * it concurrently and builds a new one if its definition matches the declaration; "rebuildAny"
   * does so whatever its definition; "refuse" stops with an error.
   * @default "rebuild"
   */
  readonly invalidLeftover?: pulumi.Input<"rebuild" | "rebuildAny" | "refuse">;
  /**
   * Whether `pulumi destroy`, or removing the resource, drops the index.
   * @default true for an index that the stack built, false for one that it found
   * @sql DROP INDEX CONCURRENTLY "users_email_idx"
   */
  readonly dropOnDestroy?: pulumi.Input<boolean>;
  /**
   * The project and stack that owns the index, `"app/production"`, to take it over from there. That
   * stack then refuses to change the index, and its destroy keeps it.
   * @default none: the index of another stack is refused
   */
  readonly takeOverFrom?: pulumi.Input<string>;
  /**
   * How long reads and writes may wait behind the short locks of an operation, all its tries
   * together, such as "10s". Only a constraint, a replica identity, an access method's setting such
   * as `fastupdate`, and entry, attach and drop of a partitioned index need a lock that stops them.
   * pgindex asks for it once nobody is in the way who stays there, for 50 ms at a time (a two
   * hundredth of the budget, if that is longer).
   * @default the Connection's, else `pgindex:stallBudget` of the stack, else "10s"
   * @sql SET LOCAL lock_timeout = 50
   */
  readonly stallBudget?: pulumi.Input<string>;
  /**
   * How long an operation waits for others, all of its waits together: for sessions working on the
   * table, for transactions that a build or a drop has to wait out, and for another `pgindex`.
   * "90s", "30m", "2h". After that it stops, cleans up, and names the sessions that blocked it.
   *
   * An hour outlasts nearly every report and migration, but not a forgotten transaction. Meanwhile
   * a waiting build keeps autovacuum and DDL off its table.
   * @default `waitFor` of the Connection or the stack, else "1h"
   */
  readonly waitFor?: pulumi.Input<string>;
  /**
   * Time limit for all builds of an operation, from the start of the first to the end of the last,
   * including waits and retries.
   * @default `buildWithin` of the Connection or the stack, else no limit: a running build makes
   * progress
   */
  readonly buildWithin?: pulumi.Input<string>;
  /**
   * Number of retries after an interruption: a lost connection, a restart, a deadlock or a cancel.
   * 9 retries take about two minutes.
   * @default `retries` of the Connection or the stack, else 9
   */
  readonly retries?: pulumi.Input<number>;
  /**
   * What to do about a session that has waited behind a build for a second and does harm. DDL
   * queued on the table makes the build fail with a deadlock in its last phase, and if it wants
   * ACCESS EXCLUSIVE, every read and write of the table queues behind it. "warn" names the session.
   * "yield" stops the build, lets the session through and tries again, which uses up one of the
   * `retries`. "cancel" cancels it with `pg_cancel_backend`, which needs that session's role or
   * `pg_signal_backend`.
   * @default `waiters` of the Connection or the stack, else "warn"
   */
  readonly waiters?: pulumi.Input<"warn" | "yield" | "cancel">;
  /**
   * What becomes of the hazards that a preview finds, by their codes: allowed, said, or refused.
   * `docs/hazards.md` lists them. These take precedence over the Connection's, one by one.
   * @default `hazards` of the Connection or the stack, else as listed there
   */
  readonly hazards?: pulumi.Input<HazardPolicyArgs>;
  /**
   * Ask the server during preview whether the declaration can be built. Set to false if the same
   * program creates the table.
   * @default true
   */
  readonly validateInPreview?: boolean;
  /**
   * The gates that must have let this very definition pass. Unlike `dependsOn`, this holds for
   * `pulumi up --target` too, and refuses a proof that is of the index's own database.
   * @default none
   */
  readonly gate?: PassedGate | readonly PassedGate[];
  /**
   * The queries this index serves. Each is measured just before the build, so a
   * {@link Verification} can compare.
   * @default none
   */
  readonly serves?: readonly ServedQuery[];
}
