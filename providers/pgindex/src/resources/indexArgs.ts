import type * as pulumi from "@pulumi/pulumi";
import type { KeyArgs } from "./keyArgs";
import type { ServedQuery } from "./servedQuery";

/** When an index that stands is rebuilt with `REINDEX INDEX CONCURRENTLY`. */
export interface RebuildWhenArgs {
  /**
   * Any text: the index is rebuilt once for each new value, such as the date of a collation
   * library's upgrade.
   * @default never
   * @sql REINDEX INDEX CONCURRENTLY "users_email_idx"
   */
  readonly trigger?: pulumi.Input<string>;
  /**
   * Rebuild when `pulumi refresh` finds so many times more bytes a row than right after the build.
   * Indexes below 1 MB are left alone.
   * @default never
   * @sql REINDEX INDEX CONCURRENTLY "users_email_idx"
   */
  readonly bloatRatio?: pulumi.Input<number>;
}

/**
 * Arguments of an {@link Index}: what `CREATE INDEX` can say
 * (https://www.postgresql.org/docs/current/sql-createindex.html). Names are taken as they stand in
 * the catalog and are always quoted.
 */
export interface IndexArgs {
  /**
   * The table to index: an ordinary or a partitioned one, or a materialized view.
   * @sql ON "public"."users"
   */
  readonly table: pulumi.Input<string>;
  /**
   * The schema of the table, and so of the index.
   * @default "public"
   */
  readonly schema?: pulumi.Input<string>;
  /**
   * The index's name, at most 63 bytes.
   * @sql CREATE INDEX CONCURRENTLY "users_email_idx"
   */
  readonly name: pulumi.Input<string>;
  /**
   * The keys in their order: column names, or a {@link KeyArgs} for everything else.
   * @sql ("email", (lower(name)) DESC)
   */
  readonly columns: pulumi.Input<readonly pulumi.Input<string | KeyArgs>[]>;
  /**
   * Reject equal keys. Duplicates make the build fail.
   * @default false
   * @sql CREATE UNIQUE INDEX
   */
  readonly unique?: pulumi.Input<boolean>;
  /**
   * With `unique` or `constraint: "unique"`: two nulls are equal. PostgreSQL 15+.
   * @default false
   * @sql NULLS NOT DISTINCT
   */
  readonly nullsNotDistinct?: pulumi.Input<boolean>;
  /**
   * Columns that are stored beside the keys, for index-only scans.
   * @default none
   * @sql INCLUDE ("name")
   */
  readonly include?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Index only the rows for which this expression is true.
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
   * The access method's own settings.
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
   * A comment; "" removes one. Left alone where it is not declared.
   * @default left alone
   * @sql COMMENT ON INDEX "users_email_idx" IS 'sign-in'
   */
  readonly comment?: pulumi.Input<string>;
  /**
   * Let the index back a constraint of the same name; it is then unique. Takes ACCESS EXCLUSIVE on
   * the table for milliseconds once the index stands. A primary key needs columns that are NOT NULL
   * already.
   * @default none
   * @sql ALTER TABLE "users" ADD CONSTRAINT "users_email_idx" UNIQUE USING INDEX "users_email_idx"
   */
  readonly constraint?: pulumi.Input<"unique" | "primaryKey">;
  /**
   * When to rebuild the index though its definition has not changed; a partitioned one partition by
   * partition. A retry of the same run goes on with the partitions that are left; another run
   * begins with the first.
   * @default never
   * @sql REINDEX INDEX CONCURRENTLY "users_email_idx"
   */
  readonly rebuildWhen?: pulumi.Input<RebuildWhenArgs>;
  /**
   * Schemas in which unqualified functions, types and operators of expressions are looked up.
   * @default the table's schema, then public
   * @sql SET search_path
   */
  readonly searchPath?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * What to do with an INVALID index under the declared name that nobody is building. "rebuild"
   * drops it concurrently and builds, if its definition is the declared one; "rebuildAny" does so
   * whatever its definition is; "refuse" stops with an error.
   * @default "rebuild"
   */
  readonly invalidLeftover?: pulumi.Input<"rebuild" | "rebuildAny" | "refuse">;
  /**
   * How long an operation waits for others, all of its waits together: for who works on the table,
   * for the transactions that a build or a drop has to outlast, for another `pgindex`. "90s",
   * "30m", "2h". Then it stops, cleans up, and says who was in the way.
   *
   * An hour outlasts nearly every report and migration, and no forgotten transaction; a build that
   * waits keeps autovacuum and DDL from its table.
   * @default `waitFor` of the Connection or the stack, else "1h"
   */
  readonly waitFor?: pulumi.Input<string>;
  /**
   * What the builds of an operation may take from the begin of the first to the end of the last,
   * waits and retries included.
   * @default `buildWithin` of the Connection or the stack, else no limit: a build that works comes
   * nearer to its end
   */
  readonly buildWithin?: pulumi.Input<string>;
  /**
   * Attempts after the first one, where somebody interrupts: a lost connection, a restart, a
   * deadlock, a cancel. 9 take about two minutes.
   * @default `retries` of the Connection or the stack, else 9
   */
  readonly retries?: pulumi.Input<number>;
  /**
   * What becomes of a session that has waited behind a build for a second and does harm: DDL that
   * queues on the table ends the build as a deadlock in its last phase, and where it wants ACCESS
   * EXCLUSIVE every read and write of the table waits behind it. "warn" names it; "yield" stops the
   * build, lets it pass and tries again, as one of `retries`; "cancel" cancels it with
   * `pg_cancel_backend`, which needs its role or `pg_signal_backend`.
   * @default `waiters` of the Connection or the stack, else "warn"
   */
  readonly waiters?: pulumi.Input<"warn" | "yield" | "cancel">;
  /**
   * Ask the server in preview whether the declaration can be built. False where the same program
   * makes the table.
   * @default true
   */
  readonly validateInPreview?: boolean;
  /**
   * The queries that this index is for. Each is measured just before the build, so that a {@link
   * Verification} can compare.
   * @default none
   */
  readonly serves?: readonly ServedQuery[];
}
