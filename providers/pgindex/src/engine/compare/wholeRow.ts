import { parseSync } from "libpg-query";
import { fragmentsOf, type IndexDefinition } from "../declare/desiredIndex";
import { type CanonicalIndex, fieldsWith } from "../declare/indexFields";
import { sqlState } from "../errors/sqlstate";
import { fieldsOf } from "../input/namesInQuery";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { escapePattern } from "../text/pattern";
import { ident, literal } from "../text/sql";

/** What the server says where the clone's row does not pass for one of the table. */
const WANTS_ROW: ReadonlySet<string | undefined> = new Set([
  "42883", // undefined_function: f(t)
  "42703", // undefined_column: t.f
  "42846", // cannot_coerce: t::app.t
]);

/**
 * Builds on a clone, in a transaction. The clone has a row type of its own, which no function of the
 * table's row takes, as in `f(t)`, `f(t.*)` or `t.f`. So what the server refuses for that is built
 * again with statements that make the clone's row pass for the table's: a cast that PostgreSQL adds
 * by itself.
 */
export async function buildWithRow(
  session: Session,
  desired: IndexDefinition,
  build: (casts: readonly string[]) => Promise<void>,
): Promise<void> {
  if (readOfRow(desired).length === 0) return build([]);
  await session.query("SAVEPOINT row");
  try {
    await build([]);
  } catch (error) {
    if (!WANTS_ROW.has(sqlState(error))) throw error;
    await session.query("ROLLBACK TO SAVEPOINT row");
    await build(await rowCasts(session, desired));
  }
}

async function rowCasts(session: Session, { schema, table }: IndexDefinition): Promise<string[]> {
  const types = await session.query<{ type: string }>(ROW_TYPES, [schema, table]);
  return types.flatMap(({ type }, i) => castStatements(`pg_temp.${ident(table)}`, type, i));
}

/** The function never runs, and has a SET so that the planner does not replace it by its result. */
function castStatements(clone: string, type: string, i: number): string[] {
  const cast = `pg_temp.pgindex_row_${i}(${clone})`;
  return [
    `CREATE FUNCTION ${cast} RETURNS ${type} LANGUAGE sql IMMUTABLE
       SET search_path = pg_catalog AS ${literal(`SELECT NULL::${type}`)}`,
    `CREATE CAST (${clone} AS ${type}) WITH FUNCTION ${cast} AS IMPLICIT`,
  ];
}

/** What a row of the table is taken for: its own type, its ancestors', and a typed table's. */
const ROW_TYPES = `
WITH RECURSIVE line AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2
   UNION SELECT i.inhparent FROM line JOIN pg_inherits i ON i.inhrelid = line.oid)
SELECT DISTINCT format_type(t, NULL) AS type
  FROM line JOIN pg_class c USING (oid), unnest(ARRAY[c.reltype, c.reloftype]) AS t
 WHERE t <> 0`;

/** Whether the declaration reads the whole row. By its form, `t.f` may be a column. */
export function readsWholeRow(index: IndexDefinition): boolean {
  return readOfRow(index).includes("whole");
}

/** What the declaration reads of its table's row, by name: `t` or `t.*`, and `t.a`. */
function readOfRow(index: IndexDefinition): ("whole" | "attribute")[] {
  return fragmentsOf(index).flatMap((text) =>
    [...fieldsOf(parseSync(`SELECT (${text}\n)`))].flatMap(([key, node]) =>
      key === "ColumnRef" ? readBy(node as Reference, index.table) : [],
    ),
  );
}

interface Reference {
  readonly fields?: readonly { readonly A_Star?: object; readonly String?: { sval?: string } }[];
}

function readBy({ fields = [] }: Reference, table: string): ("whole" | "attribute")[] {
  const names = fields.map((field) => field.String?.sval);
  if (fields.at(-1)?.A_Star || (names.length === 1 && names[0] === table)) return ["whole"];
  return names.at(-2) === table ? ["attribute"] : [];
}

/**
 * The form of a clone's index as that of the table's own prints: there a row needs no cast to its own
 * type, and has its table's type.
 */
export async function asRowOfTable(
  session: Session,
  desired: IndexDefinition,
  form: CanonicalIndex,
): Promise<CanonicalIndex> {
  if (readOfRow(desired).length === 0) return form;
  const names = await session.query<{ table: string; type: string; own: string }>(
    `SELECT quote_ident(c.relname) AS table, format_type(c.reltype, NULL) AS type,
            format_type(clone.reltype, NULL) AS own
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_class clone ON clone.relname = c.relname
        AND clone.relnamespace = pg_my_temp_schema()
      WHERE n.nspname = $1 AND c.relname = $2`,
    [desired.schema, desired.table],
  );
  const { table, type, own } = onlyRow(names);
  const printed = EXPRESSIONS.flatMap((field) => {
    const text = form[field];
    if (typeof text !== "string") return [];
    const plain = replacedIn(text, `(${table}.*)::${type}`, `${table}.*`);
    return [[field, replacedIn(plain, `${table}.*::${own}`, `${table}.*::${type}`)] as const];
  });
  return { ...form, ...Object.fromEntries(printed) };
}

const EXPRESSIONS = fieldsWith("isExpression", true);

/** Not within quotes. */
function replacedIn(text: string, part: string, other: string): string {
  return text.replace(
    new RegExp(`${escapePattern(part)}(?![\\w$])|(['"])(?:(?!\\1).|\\1\\1)*\\1`, "gs"),
    (found) => (found === part ? other : found),
  );
}
