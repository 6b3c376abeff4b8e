import type * as pulumi from "@pulumi/pulumi";
import type { ServedQuery } from "./queries";

/** An operator class or a collation: its name, or its name and schema. */
export type ObjectNameArgs = string | { readonly schema?: string; readonly name: string };

/** One key of an index. Exactly one of `column` and `expression`. */
export interface KeyArgs {
  /** A column, as its name stands in the catalog. SQL: `"created_at"` */
  readonly column?: pulumi.Input<string>;
  /** One SQL expression over the table's columns, all functions IMMUTABLE. SQL: `(lower(email))` */
  readonly expression?: pulumi.Input<string>;
  /** SQL: `COLLATE "C"` */
  readonly collation?: pulumi.Input<ObjectNameArgs>;
  /** SQL: `"gin_trgm_ops"` */
  readonly operatorClass?: pulumi.Input<ObjectNameArgs>;
  /** PostgreSQL 13+. SQL: `"gist_trgm_ops" ("siglen" = '32')` */
  readonly operatorClassParameters?: pulumi.Input<
    Readonly<Record<string, string | number | boolean>>
  >;
  /** Default "asc". SQL: `DESC` */
  readonly order?: pulumi.Input<"asc" | "desc">;
  /** Default "last" for asc, "first" for desc. SQL: `NULLS LAST` */
  readonly nulls?: pulumi.Input<"first" | "last">;
}

/**
 * Arguments of an {@link Index}: what `CREATE INDEX` can say
 * (https://www.postgresql.org/docs/current/sql-createindex.html). Names are taken as they stand in the catalog and are always quoted.
 */
export interface IndexArgs {
  /** The table to index. SQL: `ON "public"."users"` */
  readonly table: pulumi.Input<string>;
  /** The schema of the table, and so of the index. Default "public". */
  readonly schema?: pulumi.Input<string>;
  /** The index's name, at most 63 bytes. SQL: `CREATE INDEX CONCURRENTLY "users_email_idx"` */
  readonly name: pulumi.Input<string>;
  /** The keys in their order: column names, or objects for everything else. SQL: `("email", (lower(name)) DESC)` */
  readonly columns: pulumi.Input<readonly pulumi.Input<string | KeyArgs>[]>;
  /** Reject equal keys. Duplicates make the build fail. SQL: `CREATE UNIQUE INDEX` */
  readonly unique?: pulumi.Input<boolean>;
  /** PostgreSQL 15+, with unique: two nulls are equal. SQL: `NULLS NOT DISTINCT` */
  readonly nullsNotDistinct?: pulumi.Input<boolean>;
  /** Columns that are stored but no key, for index-only scans. SQL: `INCLUDE ("name")` */
  readonly include?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Index only the rows for which this expression is true. SQL: `WHERE (deleted_at IS NULL)` */
  readonly predicate?: pulumi.Input<string>;
  /** Default "btree". SQL: `USING "gin"` */
  readonly accessMethod?: pulumi.Input<string>;
  /** The access method's own settings. SQL: `WITH ("fillfactor" = '90')` */
  readonly storageParameters?: pulumi.Input<Readonly<Record<string, string | number | boolean>>>;
  /** Where the index is stored; undefined leaves it to the server. SQL: `TABLESPACE "fast"` */
  readonly tablespace?: pulumi.Input<string>;
  /**
   * Schemas in which unqualified functions, types and operators of expressions are looked up. Default: the table's schema, then public.
   * SQL: `SET search_path`
   */
  readonly searchPath?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * What to do with an INVALID index under the declared name that nobody is building: "rebuild" (default) drops it concurrently and builds
   * when its definition is the declared one; "rebuildAny" whatever its definition is; "refuse" stops with an error.
   */
  readonly invalidLeftover?: pulumi.Input<"rebuild" | "rebuildAny" | "refuse">;
  /** Ask the server in preview whether the declaration can be built. Default true; false where the table is made by the same program. */
  readonly validateInPreview?: boolean;
  /** The queries that this index is for. Each is measured just before the build, so that a {@link Verification} can compare. */
  readonly serves?: readonly ServedQuery[];
}
