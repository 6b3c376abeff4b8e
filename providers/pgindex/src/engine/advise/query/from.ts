import { type Access, accessOf } from "./access";
import { readCondition } from "./conditions";
import type { Reader } from "./reader";
import { type Scope, type Source, sourceOf } from "./scope";
import { bodyOf, listOf, namesOf, type Tree } from "./tree";

/** The names from around. */
type Around = Omit<Scope, "sources">;

/** Reads a FROM clause: what it names, and the conditions of its joins. */
export function readFrom(
  reader: Reader,
  items: readonly unknown[],
  around: Around,
  target?: { readonly access: Access; readonly alias: string },
): Scope {
  const own = target ? [sourceOf(target.access, target.alias)] : [];
  const joins: Tree[] = [];
  const sources = [...own];
  for (const item of items) readItem(reader, item, { around, sources, joins });
  const scope = { sources, ...around };
  for (const join of joins) readJoin(reader, join, scope);
  return scope;
}

interface Reading {
  readonly around: Around;
  /** Those to the left, which a LATERAL item sees. */
  readonly sources: Source[];
  readonly joins: Tree[];
}

function readItem(reader: Reader, item: unknown, reading: Reading): void {
  const { around, sources, joins } = reading;
  const table = bodyOf(item, "RangeVar");
  if (table) sources.push(...tableSource(reader, table, around));
  const join = bodyOf(item, "JoinExpr");
  if (join) {
    readItem(reader, join.larg, reading);
    readItem(reader, join.rarg, reading);
    joins.push(join);
  }
  const subquery = bodyOf(item, "RangeSubselect");
  if (subquery) {
    const outer = { sources: [...sources], ...around };
    const select = bodyOf(subquery.subquery, "SelectStmt") ?? {};
    sources.push({ alias: aliasOf(subquery), columns: reader.select(select, outer) });
  }
  const others = bodyOf(item, "RangeFunction") ?? bodyOf(item, "RangeTableFunc");
  if (others) reader.use(others, { sources: [...sources], ...around });
}

function aliasOf({ alias }: Tree): string {
  return String((alias as Tree | undefined)?.aliasname ?? "");
}

function tableSource(reader: Reader, table: Tree, around: Around): Source[] {
  const name = String(table.relname);
  const schema = table.schemaname as string | undefined;
  const alias = aliasOf(table) || name;
  const named = schema === undefined ? around.named.get(name) : undefined;
  if (named) return [{ alias, columns: named }];
  const relation = reader.tables({ schema, name });
  if (!relation) return [];
  if (relation.kind === "v") return [{ alias, columns: viewColumns(reader, relation.view ?? "") }];
  const access = accessOf(relation);
  reader.accesses.push(access);
  return [sourceOf(access, alias)];
}

/** A view is read as the query that it stands for. */
function viewColumns(reader: Reader, view: string): Source["columns"] {
  const { stmts } = reader.parse(view) as { stmts: readonly { stmt: unknown }[] };
  const select = bodyOf(stmts[0]?.stmt, "SelectStmt");
  return select ? reader.select(select, undefined) : new Map();
}

function readJoin(reader: Reader, join: Tree, scope: Scope): void {
  readCondition(join.quals, scope, (access, condition) => void access.conditions.push(condition));
  reader.use(join.quals, scope);
  for (const name of namesOf(listOf(join.usingClause))) joinBy(name, scope);
}

/** USING (name): the column of each source that has it. */
function joinBy(name: string, { sources }: Scope): void {
  const places = sources.flatMap(({ columns }) => columns.get(name) ?? []);
  for (const { access, column } of places) {
    const other = places.find((each) => each.access !== access)?.access;
    access.used.add(column);
    access.conditions.push({ kind: "equal", key: { column }, ...(other && { other }) });
  }
}
