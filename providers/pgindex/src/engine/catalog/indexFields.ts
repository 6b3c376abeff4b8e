/** What makes an index the one it is: another value means another index, which has to be built. */
export const STRUCTURAL_FIELDS = [
  "accessMethod",
  "unique",
  "nullsNotDistinct",
  "columns",
  "include",
  "predicate",
] as const;

/**
 * What ALTER INDEX, COMMENT or REINDEX change on a standing index. All but the first are ours only
 * where they are declared.
 */
export const ALTERABLE_FIELDS = [
  "storageParameters",
  "tablespace",
  "statistics",
  "comment",
  "constraint",
] as const;

export type IndexField = (typeof STRUCTURAL_FIELDS)[number] | (typeof ALTERABLE_FIELDS)[number];

/**
 * The structural form of an index in the server's own words, a text for each field with every name
 * qualified; a field that has no value is absent. Two indexes are the same exactly when these are
 * equal. (The text of `pg_get_indexdef` would name the table and leave out the tablespace.)
 */
export type CanonicalIndex = Readonly<Partial<Record<IndexField, string>>>;

/** Fields that nobody manages unless they are declared: a DBA may move or comment an index. */
export const MANAGED_WHEN_DECLARED: ReadonlySet<string> = new Set([
  "tablespace",
  "statistics",
  "comment",
  "constraint",
]);

/** Said of the partitioned index only, not of its partitions' indexes. */
export const OF_THE_ROOT: ReadonlySet<string> = new Set(["comment", "constraint"]);

/** The fields in which PostgreSQL prints expressions. */
export const SPELLED = ["columns", "predicate"] as const;
