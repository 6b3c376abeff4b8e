import type * as pulumi from "@pulumi/pulumi";

/**
 * When to rebuild an existing index with `REINDEX INDEX CONCURRENTLY`
 * (https://www.postgresql.org/docs/current/sql-reindex.html).
 */
export interface RebuildWhenArgs {
  /**
   * Any text. The index is rebuilt once for each new value, such as the date of a collation library
   * upgrade.
   * @default never
   * @sql REINDEX INDEX CONCURRENTLY "users_email_idx"
   */
  readonly trigger?: pulumi.Input<string>;
  /**
   * Rebuild when `pulumi refresh` finds this many times more bytes per row than right after the
   * build. Indexes below 1 MB are left alone.
   * @default never
   * @sql REINDEX INDEX CONCURRENTLY "users_email_idx"
   */
  readonly bloatRatio?: pulumi.Input<number>;
}
