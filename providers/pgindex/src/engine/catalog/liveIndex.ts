import type { CanonicalIndex } from "../declare/indexFields";
import type { OwnershipMark } from "../declare/ownershipMark";

/** A relation, by the names that EXPLAIN shows. */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** An index as the catalog describes it; `pg_class` and `pg_index` joined. */
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
  /** `indislive`: false once a DROP INDEX CONCURRENTLY has reached its last step. */
  readonly live: boolean;
  /** `pg_get_indexdef`, with every name schema-qualified. */
  readonly definition: string;
  readonly sizeBytes: number;
  /** The constraint that this index backs, if any. */
  readonly constraint?: string;
  /** Estimated rows in the table; -1 until its first VACUUM or ANALYZE. */
  readonly tableRows: number;
  /** A foreign key depends on it. */
  readonly isReferenced: boolean;
  readonly isReplicaIdentity: boolean;
  /** `indisclustered`: CLUSTER without an index name orders the table by it. */
  readonly isClustered: boolean;
  readonly isPartitioned: boolean;
  /** Whose index it is, if anybody has marked it. */
  readonly mark?: OwnershipMark;
  /** The partitioned index that it is a part of, at the top: PostgreSQL drops it only with that. */
  readonly partOf?: RelationName & { readonly table: string };
  readonly canonical: CanonicalIndex;
}

/** What exists under the declared name. */
export type Observation =
  | { readonly kind: "absent" }
  | { readonly kind: "otherRelation"; readonly relationKind: string }
  | { readonly kind: "index"; readonly index: LiveIndex };

/** The table that an index is on. */
export interface LiveTable {
  readonly oid: number;
  readonly kind: string;
  /** Estimated by the last VACUUM or ANALYZE; -1 before the first one. */
  readonly rows: number;
  /** Without TOAST; as old as `rows`. */
  readonly sizeBytes: number;
}
