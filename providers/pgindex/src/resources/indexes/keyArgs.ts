import type * as pulumi from "@pulumi/pulumi";

/** An operator class or a collation: its name, or its name and schema. */
export type ObjectNameArgs = string | { readonly schema?: string; readonly name: string };

/** One key of an index: either `column` or `expression`, plus anything else that describes it. */
export interface KeyArgs {
  /**
   * A column name, as it appears in the catalog.
   * @default either this or `expression`
   * @sql "created_at"
   */
  readonly column?: pulumi.Input<string>;
  /**
   * An SQL expression over the table's columns. Its functions must be IMMUTABLE.
   * @default either this or `column`
   * @sql (lower(email))
   */
  readonly expression?: pulumi.Input<string>;
  /**
   * The collation of the key.
   * @default the column's
   * @sql COLLATE "C"
   */
  readonly collation?: pulumi.Input<ObjectNameArgs>;
  /**
   * The operator class: how the access method compares the key's values.
   * @default the type's default class
   * @sql "gin_trgm_ops"
   */
  readonly operatorClass?: pulumi.Input<ObjectNameArgs>;
  /**
   * Parameters of the operator class, which must be named as well. PostgreSQL 13+.
   * @default none
   * @sql "gist_trgm_ops" ("siglen" = '32')
   */
  readonly operatorClassParameters?: pulumi.Input<
    Readonly<Record<string, string | number | boolean>>
  >;
  /**
   * The sort order of the key.
   * @default "asc"
   * @sql DESC
   */
  readonly order?: pulumi.Input<"asc" | "desc">;
  /**
   * Where nulls sort.
   * @default "last" for asc, "first" for desc
   * @sql NULLS LAST
   */
  readonly nulls?: pulumi.Input<"first" | "last">;
  /**
   * The statistics target of an expression, 0 to 10000: how many of its values ANALYZE keeps. 0
   * turns statistics off.
   * @default the server's default_statistics_target
   * @sql ALTER INDEX … ALTER COLUMN 1 SET STATISTICS 500
   */
  readonly statistics?: pulumi.Input<number>;
}
