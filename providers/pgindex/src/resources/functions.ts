import * as pulumi from "@pulumi/pulumi";
import type { IndexDeclaration } from "../import/declaration";

/** Functions of the native provider. Each only reads, in every preview too. */

/** What {@link getIndexes} looks at: the whole database, if nothing is set. */
export interface GetIndexesArgs {
  /** The schema, as it stands in the catalog. */
  readonly schema?: string;
  /** The table, as it stands in the catalog. */
  readonly table?: string;
}

export interface GetIndexesResult {
  /** Declarations that `pulumi up` adopts. */
  readonly indexes: readonly IndexDeclaration[];
  /** Those that cannot be declared, and why. */
  readonly skipped: readonly {
    readonly schema: string;
    readonly table: string;
    readonly name: string;
    readonly reason: string;
  }[];
}

/** The indexes of the database, of a schema or of a table. */
export function getIndexes(
  args: GetIndexesArgs = {},
  options?: pulumi.InvokeOptions,
): Promise<GetIndexesResult> {
  return pulumi.runtime.invoke("pgindex:index:getIndexes", args, options);
}

export interface GetIndexArgs {
  /**
   * The schema, as it stands in the catalog.
   * @default "public"
   */
  readonly schema?: string;
  /** The index's name, as it stands in the catalog. */
  readonly name: string;
}

export interface GetIndexResult {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** `pg_get_indexdef` of it. */
  readonly definition: string;
  readonly oid: number;
  /** Size on disk in bytes. */
  readonly sizeBytes: number;
  /** Queries can use it and writes maintain it. */
  readonly valid: boolean;
}

/** One index as it stands, whether it is declared or not. */
export function getIndex(
  args: GetIndexArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetIndexResult> {
  return pulumi.runtime.invoke("pgindex:index:getIndex", args, options);
}

export interface GetActivityResult {
  readonly builds: readonly {
    /** `schema.index`, if the role can see it. */
    readonly index?: string;
    /** As `pg_stat_progress_create_index` has it. */
    readonly phase?: string;
    /** How long it has run. */
    readonly seconds: number;
    /** How many sessions it is waiting for. */
    readonly blockedBy: number;
  }[];
}

/** The CREATE INDEX and REINDEX that are running in the database, whoever started them. */
export function getActivity(options?: pulumi.InvokeOptions): Promise<GetActivityResult> {
  return pulumi.runtime.invoke("pgindex:index:getActivity", {}, options);
}
