import { displayName } from "../text/render";
import type { PatienceOptions } from "./patienceOptions";

/** A name that may carry its schema: an operator class or a collation. */
export interface ObjectName {
  readonly schema?: string;
  readonly name: string;
}

/** One key of an index, as declared: a column or an expression, with everything `CREATE INDEX` lets it carry. */
export interface IndexKey {
  readonly column?: string;
  readonly expression?: string;
  readonly collation?: ObjectName;
  readonly operatorClass?: ObjectName;
  readonly operatorClassParameters: Readonly<Record<string, string>>;
  readonly order?: "asc" | "desc";
  readonly nulls?: "first" | "last";
  /** Statistics target of an expression. */
  readonly statistics?: number;
}

/** What to do with an INVALID index that a failed build left under the declared name. */
export type InvalidLeftover = "rebuild" | "rebuildAny" | "refuse";

/** A declared index: valid input, nothing left to check but what only the server can know. */
export interface DesiredIndex {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly accessMethod: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  readonly predicate?: string;
  readonly storageParameters: Readonly<Record<string, string>>;
  readonly tablespace?: string;
  readonly comment?: string;
  /** The constraint of the same name that the index is to back. */
  readonly constraint?: "unique" | "primaryKey";
  /** Schemas in which unqualified functions, types and operators of the fragments are looked up. */
  readonly searchPath: readonly string[];
  readonly invalidLeftover: InvalidLeftover;
  readonly rebuildWhen?: RebuildWhen;
  readonly patience?: PatienceOptions;
}

/** When a standing index is rebuilt by REINDEX CONCURRENTLY. */
export interface RebuildWhen {
  /** Rebuild when this value is another one than at the last build. */
  readonly trigger?: string;
  /** Rebuild when a refresh finds so many times more bytes a row than right after the build. */
  readonly bloatRatio?: number;
}

/** Where an index is and what the catalog says of it; `pg_class` and `pg_index` joined. */
export interface LiveIndex {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly tableOid: number;
  /** `indisvalid`: the planner may use it. */
  readonly valid: boolean;
  /** `indisready`: every write maintains it. */
  readonly ready: boolean;
  /** `indislive`: false once the last step of a DROP INDEX CONCURRENTLY has begun. */
  readonly live: boolean;
  /** `pg_get_indexdef`, everything schema-qualified. */
  readonly definition: string;
  readonly sizeBytes: number;
  /** The constraint that this index backs, if any. */
  readonly constraint?: string;
  /** Estimated rows of the table; -1 until its first VACUUM or ANALYZE. */
  readonly tableRows: number;
  /** A foreign key refers to it. */
  readonly isReferenced: boolean;
  readonly isReplicaIdentity: boolean;
  /** `indisclustered`: CLUSTER without a name orders the table by it. */
  readonly isClustered: boolean;
  readonly isPartitioned: boolean;
  readonly canonical: CanonicalIndex;
}

/** What stands under the declared name. */
export type Observation =
  | { readonly kind: "absent" }
  | { readonly kind: "otherRelation"; readonly relationKind: string }
  | { readonly kind: "index"; readonly index: LiveIndex };

/** What makes an index the one it is: another value means another index, which has to be built. */
export const STRUCTURAL_FIELDS = [
  "accessMethod",
  "unique",
  "nullsNotDistinct",
  "columns",
  "include",
  "predicate",
] as const;

/** What ALTER INDEX, COMMENT or REINDEX change on a standing index. All but the first are ours only where they are declared. */
export const ALTERABLE_FIELDS = [
  "storageParameters",
  "tablespace",
  "statistics",
  "comment",
  "constraint",
] as const;

export type IndexField = (typeof STRUCTURAL_FIELDS)[number] | (typeof ALTERABLE_FIELDS)[number];

/**
 * The structural form of an index in the server's own words, a text for each field with every name qualified; a field that has no value is
 * absent. Two indexes are the same exactly when these are equal. (The text of `pg_get_indexdef` would name the table and leave out the tablespace.)
 */
export type CanonicalIndex = Readonly<Partial<Record<IndexField, string>>>;

/** The table that an index is on. */
export interface LiveTable {
  readonly oid: number;
  readonly kind: string;
  /** As of the last VACUUM or ANALYZE; -1 before the first one. */
  readonly rows: number;
  /** Without TOAST, as old as `rows`. */
  readonly sizeBytes: number;
}

/** Every message about an index. Each names the index, says why, and what to write. Those about connections are in connectionMessages.ts, about drops in dropMessages.ts. */

export function subject(desired: DesiredIndex): string {
  return `index ${displayName(desired)} on ${desired.schema}.${desired.table}`;
}
