import { ident, literal, qualified } from "../text/sql";
import type { IndexDefinition, IndexKey, ObjectName } from "./desiredIndex";
import type { FieldValues, IndexField } from "./indexFields";
import { joinComment, type OwnershipMark } from "./ownershipMark";

/** Where a field appears in SQL. */
type FieldSql =
  /** Between CREATE and INDEX. */
  | { readonly head: (index: IndexDefinition) => string }
  /** In the body of CREATE INDEX. */
  | { readonly body: (index: IndexDefinition) => string }
  /** In statements on the finished index, which can still have a temporary name. */
  | { readonly after: (index: IndexDefinition, name: string) => string[] }
  /** In statements on the finished index under its declared name. */
  | { readonly named: (index: IndexDefinition) => string[] }
  /** Nowhere: no statement of ours makes it. */
  | { readonly nowhere: true };

/** The SQL of each field; body clauses are in the order of the grammar. */
const FIELD_SQL: Readonly<Record<IndexField, FieldSql>> = {
  unique: { head: ({ unique }) => (unique ? "UNIQUE " : "") },
  accessMethod: { body: ({ accessMethod }) => `USING ${ident(accessMethod)}` },
  columns: { body: ({ keys }) => `(${keys.map(keyClause).join(", ")})` },
  include: {
    body: ({ include }) => (include.length > 0 ? `INCLUDE (${include.map(ident).join(", ")})` : ""),
  },
  nullsNotDistinct: {
    body: ({ nullsNotDistinct }) => (nullsNotDistinct ? "NULLS NOT DISTINCT" : ""),
  },
  storageParameters: {
    body: ({ storageParameters }) => {
      const list = parameterList(storageParameters);
      return list === "" ? "" : `WITH ${list}`;
    },
  },
  tablespace: { body: ({ tablespace }) => (tablespace ? `TABLESPACE ${ident(tablespace)}` : "") },
  predicate: { body: ({ predicate }) => (predicate === undefined ? "" : `WHERE (${predicate})`) },
  statistics: { after: (index, name) => statisticsSql(index, name) },
  comment: { after: (index, name) => commentSql(index, name) },
  constraint: { named: (index) => constraintSql(index) },
  deferrable: { nowhere: true },
  exclusion: { nowhere: true },
};

/**
 * The statement that builds an index: the same text in `pulumi preview --diff` and on the server.
 * Never with IF NOT EXISTS, which reports success without building if an INVALID leftover has the
 * name (NOTICE 42P07).
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html
 * @example
 * createIndexStatement(desired)
 * // CREATE INDEX CONCURRENTLY "m_state_idx" ON "public"."m"
 * //   USING btree ("state_id", "created_at" DESC)
 */
export function createIndexStatement(index: IndexDefinition): string {
  const table = qualified(index.schema, index.table);
  return `CREATE ${head(index)}INDEX CONCURRENTLY ${ident(index.name)} ON ${table} ${body(index)}`;
}

/**
 * The statement that creates a partitioned index without its partitions' indexes: it holds no rows,
 * and stays INVALID until the last of them is attached. With `adopts`, it takes over the equal
 * indexes that they have, and would build what they lack.
 */
export function createParentStatement(index: IndexDefinition, adopts = false): string {
  const table = `${adopts ? "" : "ONLY "}${qualified(index.schema, index.table)}`;
  return `CREATE ${head(index)}INDEX ${ident(index.name)} ON ${table} ${body(index)}`;
}

/**
 * The statement that creates the same index on a temporary clone of the table, where the server
 * itself shows what the declaration means. Without TABLESPACE: a temporary table has its own.
 */
export function cloneIndexStatement(index: IndexDefinition, clone: string, name: string): string {
  const here = { ...index, tablespace: undefined };
  return `CREATE ${head(index)}INDEX ${ident(name)} ON ${clone} ${body(here)}`;
}

function head(index: IndexDefinition): string {
  return Object.values(FIELD_SQL)
    .map((sql) => ("head" in sql ? sql.head(index) : ""))
    .join("");
}

function body(index: IndexDefinition): string {
  return Object.values(FIELD_SQL)
    .map((sql) => ("body" in sql ? sql.body(index) : ""))
    .filter((clause) => clause !== "")
    .join(" ");
}

/** @see https://www.postgresql.org/docs/current/sql-dropindex.html */
export function dropIndexStatement(schema: string, name: string): string {
  return `DROP INDEX CONCURRENTLY ${qualified(schema, name)}`;
}

/**
 * Takes SHARE UPDATE EXCLUSIVE on the index since PostgreSQL 12: queries go on.
 *
 * @see https://www.postgresql.org/docs/current/sql-alterindex.html
 */
export function renameIndexStatement(schema: string, from: string, to: string): string {
  return `ALTER INDEX ${qualified(schema, from)} RENAME TO ${ident(to)}`;
}

function keyClause(key: IndexKey): string {
  const what = key.column === undefined ? `(${key.expression})` : ident(key.column);
  const collation = key.collation ? ` COLLATE ${objectName(key.collation)}` : "";
  const operatorClass = key.operatorClass
    ? ` ${objectName(key.operatorClass)}${operatorClassParameters(key)}`
    : "";
  const order = key.order ? ` ${key.order.toUpperCase()}` : "";
  const nulls = key.nulls ? ` NULLS ${key.nulls.toUpperCase()}` : "";
  return `${what}${collation}${operatorClass}${order}${nulls}`;
}

function operatorClassParameters(key: IndexKey): string {
  const list = parameterList(key.operatorClassParameters);
  return list === "" ? "" : ` ${list}`;
}

function parameterList(parameters: Readonly<Record<string, string>>): string {
  const entries = Object.entries(parameters).map(
    ([name, value]) => `${ident(name)} = ${literal(value)}`,
  );
  return entries.length > 0 ? `(${entries.join(", ")})` : "";
}

function objectName(name: ObjectName): string {
  return name.schema === undefined ? ident(name.name) : qualified(name.schema, name.name);
}

/**
 * Every statement for the declared index, as one text: the derived input `statement` in a preview.
 */
export function declaredStatement(index: IndexDefinition): string {
  const statements = [createIndexStatement(index), ...afterSql(index, index.name)];
  return [...statements, ...namedSql(index)].join(";\n");
}

/** Statements for what CREATE INDEX cannot express, on the index called `name`. */
export function afterSql(index: IndexDefinition, name: string): string[] {
  return Object.values(FIELD_SQL).flatMap((sql) => ("after" in sql ? sql.after(index, name) : []));
}

/** Statements that need the index to have its declared name. */
function namedSql(index: IndexDefinition): string[] {
  return Object.values(FIELD_SQL).flatMap((sql) => ("named" in sql ? sql.named(index) : []));
}

/** `standing` has the targets the index has now. -1 resets a column to the default. */
export function statisticsSql(
  index: IndexDefinition,
  name: string,
  standing: FieldValues["statistics"] = {},
): string[] {
  const alter = `ALTER INDEX ${qualified(index.schema, name)}`;
  return index.keys.flatMap((key, i) => {
    if (key.statistics === undefined && !(i + 1 in standing)) return [];
    return [`${alter} ALTER COLUMN ${i + 1} SET STATISTICS ${key.statistics ?? -1}`];
  });
}

/** The declared comment and our mark, which share the index's one comment. */
export function commentSql(
  { schema, comment }: Pick<IndexDefinition, "schema" | "comment">,
  name: string,
  mark?: OwnershipMark,
): string[] {
  if (comment === undefined && !mark) return [];
  const text = joinComment({ comment: comment ?? null, mark }) ?? "";
  return [`COMMENT ON INDEX ${qualified(schema, name)} IS ${literal(text)}`];
}

const CONSTRAINTS = { unique: "UNIQUE", primaryKey: "PRIMARY KEY" } as const;

/**
 * Turns a unique index into a constraint of the same name.
 *
 * @see https://www.postgresql.org/docs/current/sql-altertable.html (ADD
 * table_constraint_using_index)
 */
export function addConstraintSql(
  table: string,
  name: string,
  constraint: keyof typeof CONSTRAINTS,
): string {
  const kind = CONSTRAINTS[constraint];
  return `ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${kind} USING INDEX ${ident(name)}`;
}

export function constraintSql({ schema, table, name, constraint }: IndexDefinition): string[] {
  return constraint ? [addConstraintSql(qualified(schema, table), name, constraint)] : [];
}
