import { ident, literal, qualified } from "../text/sql";
import type { DesiredIndex, IndexKey, ObjectName } from "./desiredIndex";

/**
 * The statement that builds an index; the same text in `pulumi preview --diff` and on the server.
 * Never IF NOT EXISTS: over an INVALID leftover it reports success without building (NOTICE 42P07).
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html
 * @example
 * createIndexStatement(desired)
 * // CREATE INDEX CONCURRENTLY "m_state_idx" ON "public"."m" USING btree ("state_id", "created_at" DESC)
 */
export function createIndexStatement(desired: DesiredIndex): string {
  const unique = desired.unique ? "UNIQUE " : "";
  const target = qualified(desired.schema, desired.table);
  const tablespace = desired.tablespace ? ` TABLESPACE ${ident(desired.tablespace)}` : "";
  return (
    `CREATE ${unique}INDEX CONCURRENTLY ${ident(desired.name)} ON ${target} ` +
    indexBody(desired, tablespace)
  );
}

/**
 * The statement that makes the same index on a temporary clone of the table, so that the server
 * itself says what the declaration means. A temporary table knows no tablespace of ours.
 */
export function cloneIndexStatement(
  desired: DesiredIndex,
  cloneTable: string,
  name: string,
): string {
  const unique = desired.unique ? "UNIQUE " : "";
  return `CREATE ${unique}INDEX ${ident(name)} ON ${cloneTable} ${indexBody(desired, "")}`;
}

/** @see https://www.postgresql.org/docs/current/sql-dropindex.html */
export function dropIndexStatement(schema: string, name: string): string {
  return `DROP INDEX CONCURRENTLY ${qualified(schema, name)}`;
}

/**
 * USING … (…) INCLUDE (…) NULLS NOT DISTINCT WITH (…) TABLESPACE … WHERE …, in the order of the
 * grammar.
 */
function indexBody(desired: DesiredIndex, tablespace: string): string {
  const include = desired.include.length
    ? ` INCLUDE (${desired.include.map(ident).join(", ")})`
    : "";
  const nulls = desired.nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
  const storage = parameterList(desired.storageParameters);
  const parameters = storage ? ` WITH ${storage}` : "";
  const predicate = desired.predicate === undefined ? "" : ` WHERE (${desired.predicate})`;
  const keys = desired.keys.map(keyClause).join(", ");
  const method = ident(desired.accessMethod);
  return `USING ${method} (${keys})${include}${nulls}${parameters}${tablespace}${predicate}`;
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
  return list ? ` ${list}` : "";
}

function parameterList(parameters: Readonly<Record<string, string>>): string {
  const entries = Object.entries(parameters).map(
    ([name, value]) => `${ident(name)} = ${literal(value)}`,
  );
  return entries.length ? `(${entries.join(", ")})` : "";
}

function objectName(name: ObjectName): string {
  return name.schema === undefined ? ident(name.name) : qualified(name.schema, name.name);
}

/**
 * What makes the declared index, as one text: the derived input `statement`, which a preview shows.
 */
export function declaredStatement(desired: DesiredIndex): string {
  const extras = [...extraSql(desired, desired.name), ...constraintSql(desired)];
  return [createIndexStatement(desired), ...extras].join(";\n");
}

export function extraSql(desired: DesiredIndex, name: string): string[] {
  return [...statisticsSql(desired, name), ...commentSql(desired, name)];
}

/** -1 gives a column back to the default. */
export function statisticsSql(
  desired: DesiredIndex,
  name: string,
  standing?: { readonly live: string },
): string[] {
  const index = qualified(desired.schema, name);
  const isSet = new Set(
    (standing?.live ?? "").split(", ").map((entry) => Number(entry.split("=")[0])),
  );
  return desired.keys.flatMap((key, i) => {
    if (key.statistics === undefined && !isSet.has(i + 1)) return [];
    return [`ALTER INDEX ${index} ALTER COLUMN ${i + 1} SET STATISTICS ${key.statistics ?? -1}`];
  });
}

export function commentSql(desired: DesiredIndex, name: string): string[] {
  if (desired.comment === undefined) return [];
  return [`COMMENT ON INDEX ${qualified(desired.schema, name)} IS ${literal(desired.comment)}`];
}

const CONSTRAINTS = { unique: "UNIQUE", primaryKey: "PRIMARY KEY" } as const;

/**
 * @see https://www.postgresql.org/docs/current/sql-altertable.html (ADD
 * table_constraint_using_index)
 */
export function addConstraintSql(
  table: string,
  name: string,
  constraint: keyof typeof CONSTRAINTS,
): string {
  return `ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${CONSTRAINTS[constraint]} USING INDEX ${ident(name)}`;
}

export function constraintSql({ schema, table, name, constraint }: DesiredIndex): string[] {
  return constraint ? [addConstraintSql(qualified(schema, table), name, constraint)] : [];
}
