import type { IndexDefinition } from "./desiredIndex";

/**
 * The one list of an index's fields: the type of each value, and its traits. Code that treats
 * fields one by one uses an object or a switch that the compiler checks against this table, so a
 * field that is added here but forgotten there does not compile.
 */

/** The value of each field as PostgreSQL prints it, with every name schema-qualified. */
export interface FieldValues {
  /** `pg_am.amname`, such as `btree`. */
  readonly accessMethod: string;
  readonly unique: "true";
  readonly nullsNotDistinct: "true";
  /** The keys, each with operator class, collation and order: `a pg_catalog.int4_ops DESC`. */
  readonly columns: string;
  /** The INCLUDE columns. */
  readonly include: string;
  /** `pg_get_expr` of the WHERE clause. */
  readonly predicate: string;
  /** `pg_class.reloptions`, by name. */
  readonly storageParameters: Readonly<Record<string, string>>;
  readonly tablespace: string;
  /** `pg_attribute.attstattarget` by column number; defaults are left out. */
  readonly statistics: Readonly<Record<string, number>>;
  readonly comment: string;
  /** The kind of constraint that the index backs. */
  readonly constraint: string;
  /** `NOT indimmediate`: it backs a DEFERRABLE constraint, so it accepts a duplicate for a while. */
  readonly deferrable: "true";
  /** `indisexclusion`: it backs an EXCLUDE constraint, or since PostgreSQL 18 WITHOUT OVERLAPS. */
  readonly exclusion: "true";
}

export type IndexField = keyof FieldValues;

/**
 * An index as the server describes it; a field without a value is absent. Two indexes are the same
 * if and only if their fields are equal. (`pg_get_indexdef` would include the table's name and omit
 * the tablespace.)
 */
export type CanonicalIndex = Partial<FieldValues>;

/** The traits of one field. */
export interface FieldTraits {
  /** The argument of an `Index` that sets it. */
  readonly argument: Exclude<keyof IndexDefinition, "keys"> | "columns";
  /**
   * How an existing index gets a new value: by ALTER or COMMENT (`alter`), by REINDEX (`reindex`),
   * or not at all: another index is built beside it and replaces it (`replace`).
   */
  readonly change: "replace" | "alter" | "reindex";
  /** The first `server_version_num` whose CREATE INDEX supports the field. */
  readonly since: number;
  /** The first `server_version_num` on which an existing index can get a new value. */
  readonly changesSince: number;
  /**
   * When a different value is drift: always, or only if the program declares one, because a DBA may
   * have moved or commented the index on purpose.
   */
  readonly managed: "always" | "whenDeclared";
  /** Whether each partition's index has it too, or only the partitioned index. */
  readonly scope: "partitions" | "root";
  /** Whether PostgreSQL accepts a new value for an index on a partitioned table. */
  readonly changesOnPartitions: boolean;
  /** Whether PostgreSQL prints an expression here, in its own spelling. */
  readonly isExpression: boolean;
  /**
   * Where to read the declared value: from the index on the empty clone, or from the declaration,
   * because a temporary table has its own tablespace and no comment.
   */
  readonly source: "clone" | "declaration";
  /** Whether a different value on an index that is not ours yet may be intentional. */
  readonly isChoice: boolean;
}

const EVERY_VERSION = 0;

const STRUCTURAL = {
  change: "replace",
  since: EVERY_VERSION,
  changesSince: EVERY_VERSION,
  managed: "always",
  scope: "partitions",
  changesOnPartitions: false,
  isExpression: false,
  source: "clone",
  isChoice: true,
} as const satisfies Omit<FieldTraits, "argument">;

const ADDITION = {
  ...STRUCTURAL,
  change: "alter",
  managed: "whenDeclared",
  changesOnPartitions: true,
  source: "declaration",
  isChoice: false,
} as const satisfies Omit<FieldTraits, "argument">;

/**
 * What only a constraint gives to its index. An index is never declared with it, so an index that
 * has it is another one, although its columns are the same.
 */
const OF_A_CONSTRAINT = { ...STRUCTURAL, argument: "constraint" } as const satisfies FieldTraits;

/** The traits of each field, in the order in which messages list them. */
export const INDEX_FIELDS = {
  accessMethod: { ...STRUCTURAL, argument: "accessMethod" },
  unique: { ...STRUCTURAL, argument: "unique" },
  nullsNotDistinct: { ...STRUCTURAL, argument: "nullsNotDistinct", since: 150000 },
  columns: { ...STRUCTURAL, argument: "columns", isExpression: true },
  include: { ...STRUCTURAL, argument: "include" },
  predicate: { ...STRUCTURAL, argument: "predicate", isExpression: true },
  // Some new values apply to pages written from then on, others only to a rebuilt index
  // (compare/buildParameters.ts).
  storageParameters: { ...STRUCTURAL, argument: "storageParameters", change: "alter" },
  // REINDEX has TABLESPACE since PostgreSQL 14
  // (https://www.postgresql.org/docs/14/sql-reindex.html).
  tablespace: {
    ...STRUCTURAL,
    argument: "tablespace",
    change: "reindex",
    changesSince: 140000,
    managed: "whenDeclared",
    source: "declaration",
  },
  statistics: { ...ADDITION, argument: "columns" },
  comment: { ...ADDITION, argument: "comment", scope: "root" },
  constraint: { ...ADDITION, argument: "constraint", scope: "root" },
  deferrable: OF_A_CONSTRAINT,
  exclusion: OF_A_CONSTRAINT,
} as const satisfies Record<IndexField, FieldTraits>;

/** Every field, in the order in which messages list them. */
export const FIELD_NAMES = Object.keys(INDEX_FIELDS) as readonly IndexField[];

/** The fields whose trait `T` is `V`. */
export type FieldsWith<T extends keyof FieldTraits, V> = {
  [F in IndexField]: (typeof INDEX_FIELDS)[F][T] extends V ? F : never;
}[IndexField];

/**
 * The fields that have this value of a trait.
 *
 * @example fieldsWith("change", "reindex") // ["tablespace"]
 */
export function fieldsWith<T extends keyof FieldTraits, V extends FieldTraits[T]>(
  trait: T,
  value: V,
): readonly FieldsWith<T, V>[] {
  const traits: Readonly<Record<IndexField, FieldTraits>> = INDEX_FIELDS;
  return FIELD_NAMES.filter((field) => traits[field][trait] === value) as FieldsWith<T, V>[];
}
