import type { ParsedIndex } from "./indexSchema";

/**
 * What an index consists of, once: every field, the type of its value, and what holds for it. Each
 * place that has to treat fields one by one does so in an object or a switch that the compiler
 * checks against this table, so a field that is added here and forgotten there does not compile.
 */

/** The value of each field in PostgreSQL's own words, with every name qualified. */
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
  /** `pg_attribute.attstattarget` by column number, where it is not the default. */
  readonly statistics: Readonly<Record<string, number>>;
  readonly comment: string;
  /** The kind of the constraint that the index backs. */
  readonly constraint: string;
}

export type IndexField = keyof FieldValues;

/**
 * An index in the server's own words; a field without a value is absent. Two indexes are the same
 * exactly when their fields are equal. (`pg_get_indexdef` would name the table and leave out the
 * tablespace.)
 */
export type CanonicalIndex = Partial<FieldValues>;

/** What holds for one field. */
export interface FieldTraits {
  /** The argument of an `Index` that says it. */
  readonly argument: keyof ParsedIndex;
  /**
   * How a standing index takes a new value: not at all, so that another index is built beside it
   * and replaces it (`replace`), by ALTER or COMMENT (`alter`), or by REINDEX (`reindex`).
   */
  readonly change: "replace" | "alter" | "reindex";
  /** `server_version_num` from which CREATE INDEX knows the field. */
  readonly since: number;
  /** `server_version_num` from which a standing index can take a new value. */
  readonly changesSince: number;
  /**
   * When a value that differs is drift: always, or only where the program declares one, because a
   * DBA may well have moved or commented the index.
   */
  readonly managed: "always" | "whenDeclared";
  /** Whether each partition's index has it too, or the partitioned index alone. */
  readonly scope: "partitions" | "root";
  /** Whether PostgreSQL takes a new value for an index on a partitioned table. */
  readonly changesOnPartitions: boolean;
  /** Whether PostgreSQL prints an expression here, in a spelling of its own. */
  readonly isExpression: boolean;
  /**
   * Where the declared value is read: from the index on the empty clone, or from the declaration,
   * because a temporary table has a tablespace of its own and carries no comment.
   */
  readonly source: "clone" | "declaration";
  /** Whether another value on an index that is not ours yet may be somebody's choice. */
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

/** What holds for each field. The order is that of messages. */
export const INDEX_FIELDS = {
  accessMethod: { ...STRUCTURAL, argument: "accessMethod" },
  unique: { ...STRUCTURAL, argument: "unique" },
  nullsNotDistinct: { ...STRUCTURAL, argument: "nullsNotDistinct", since: 150000 },
  columns: { ...STRUCTURAL, argument: "columns", isExpression: true },
  include: { ...STRUCTURAL, argument: "include" },
  predicate: { ...STRUCTURAL, argument: "predicate", isExpression: true },
  // New values apply to pages written from then on; only a rebuild applies them to all.
  storageParameters: { ...STRUCTURAL, argument: "storageParameters", change: "alter" },
  // REINDEX has TABLESPACE from 14 on (https://www.postgresql.org/docs/14/sql-reindex.html).
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
} as const satisfies Record<IndexField, FieldTraits>;

/** Every field, in the order of messages. */
export const FIELD_NAMES = Object.keys(INDEX_FIELDS) as readonly IndexField[];

/** The fields that have `value` for a trait. */
export type FieldsWith<T extends keyof FieldTraits, V> = {
  [F in IndexField]: (typeof INDEX_FIELDS)[F][T] extends V ? F : never;
}[IndexField];

/**
 * @example fieldsWith("change", "reindex") // ["tablespace"]
 */
export function fieldsWith<T extends keyof FieldTraits, V extends FieldTraits[T]>(
  trait: T,
  value: V,
): readonly FieldsWith<T, V>[] {
  const traits: Readonly<Record<IndexField, FieldTraits>> = INDEX_FIELDS;
  return FIELD_NAMES.filter((field) => traits[field][trait] === value) as FieldsWith<T, V>[];
}
