import { fieldsOf } from "../../input/namesInQuery";
import type { Relation } from "../../twin/production/production";
import { type Access, accessOf, type ReadStatement, type Write } from "./access";
import { readCondition } from "./conditions";
import { readFrom } from "./from";
import { readOrders } from "./orders";
import type { Columns, Reader, Tables } from "./reader";
import { keyOf } from "./rendered";
import { type Place, resolve, type Scope, starred } from "./scope";
import { bodyOf, kindOf, listOf, type Tree } from "./tree";

const NONE: Columns = new Map();

/** Reads how a statement uses its tables. `node` as in the parse tree: `{ SelectStmt: … }`. */
export function readStatement(
  node: unknown,
  tables: Tables,
  parse: (sql: string) => unknown,
): ReadStatement {
  const reader: Reader = {
    ...{ tables, parse, accesses: [], writes: [] },
    select: (select, outer) => readSelect(reader, select, outer),
    use: (root, scope) => markUsed(reader, root, scope),
  };
  const kind = kindOf(node);
  const body = bodyOf(node, kind) ?? {};
  if (kind === "SelectStmt") readSelect(reader, body, undefined);
  else readChange(reader, kind, body);
  return reader;
}

/** Reads a SELECT, and returns what its columns are. */
function readSelect(reader: Reader, select: Tree, outer: Scope | undefined): Columns {
  const named = readNamed(reader, select, outer);
  if (select.larg || select.rarg) {
    const within = { sources: [], named, outer };
    for (const arm of [select.larg, select.rarg]) readSelect(reader, arm as Tree, within);
    return NONE;
  }
  const scope = readFrom(reader, listOf(select.fromClause), { named, outer });
  readWhere(reader, select, scope);
  return outputsOf(listOf(select.targetList), scope);
}

function readWhere(reader: Reader, clauses: Tree, scope: Scope): void {
  const { fromClause: _from, withClause: _with, relation: _relation, ...others } = clauses;
  const add = (access: Access, condition: Access["conditions"][number]) =>
    void access.conditions.push(condition);
  readCondition(clauses.whereClause, scope, add);
  readOrders(clauses, scope);
  markUsed(reader, others, scope);
}

/** Also below: a subquery reads for itself, and may name what is around it. */
function markUsed(reader: Reader, root: unknown, scope: Scope): void {
  for (const [key, child] of fieldsOf(root, "SelectStmt")) {
    if (key === "SelectStmt") readSelect(reader, child as Tree, scope);
    if (key === "ColumnRef") use(child as Tree, scope);
  }
}

function use(ref: Tree, scope: Scope): void {
  const place = resolve(ref, scope);
  place?.access.used.add(place.column);
  for (const { columns } of starred(ref, scope))
    for (const { access, column } of columns.values()) access.used.add(column);
}

function readNamed(reader: Reader, clauses: Tree, outer: Scope | undefined): Scope["named"] {
  const named = new Map(outer?.named);
  for (const each of listOf((clauses.withClause as Tree | undefined)?.ctes)) {
    const { ctename, ctequery } = bodyOf(each, "CommonTableExpr") ?? {};
    const select = bodyOf(ctequery, "SelectStmt");
    // One that names itself finds nothing behind its name.
    named.set(String(ctename), NONE);
    const scope = { sources: [], named: new Map(named), outer };
    if (select) named.set(String(ctename), readSelect(reader, select, scope));
    else if (ctequery)
      readChange(reader, kindOf(ctequery), bodyOf(ctequery, kindOf(ctequery)) ?? {});
  }
  return named;
}

function outputsOf(targets: readonly unknown[], scope: Scope): Columns {
  const outputs = new Map<string, Place>();
  for (const each of targets) {
    const { name, val } = bodyOf(each, "ResTarget") ?? {};
    const ref = bodyOf(val, "ColumnRef");
    if (!ref) continue;
    for (const { columns } of starred(ref, scope))
      for (const [column, place] of columns) outputs.set(column, place);
    const found = keyOf(val, scope);
    const [column] = found?.columns ?? [];
    if (found && column !== undefined)
      outputs.set(typeof name === "string" ? name : column, { access: found.access, column });
  }
  return outputs;
}

/** INSERT, UPDATE, DELETE and MERGE: what they read, and what they write. */
function readChange(reader: Reader, kind: string, body: Tree): void {
  const verb = /^(Insert|Update|Delete|Merge)Stmt$/.exec(kind)?.[1];
  if (verb === undefined) return;
  const named = readNamed(reader, body, undefined);
  const { schemaname, relname, alias } = (body.relation ?? {}) as Tree;
  const relation = reader.tables({ schema: schemaname as string, name: String(relname) });
  const target = relation && accessOf(relation);
  if (target && verb !== "Insert") reader.accesses.push(target);
  const from = [...listOf(body.fromClause ?? body.usingClause), body.sourceRelation];
  const scope = readFrom(
    reader,
    from,
    { named },
    target && {
      access: target,
      alias: String((alias as Tree | undefined)?.aliasname ?? relname),
    },
  );
  readWhere(reader, { ...body, usingClause: [], sourceRelation: undefined }, scope);
  const add = (access: Access, condition: Access["conditions"][number]) =>
    void access.conditions.push(condition);
  readCondition(body.joinCondition, scope, add);
  if (relation) reader.writes.push(...writesOf(relation, verb, body));
}

function writesOf(relation: Relation, verb: string, body: Tree): Write[] {
  const set = (targets: unknown) =>
    listOf(targets).flatMap((each) => {
      const name = bodyOf(each, "ResTarget")?.name;
      return typeof name === "string" ? [name] : [];
    });
  switch (verb) {
    case "Insert": {
      const rows = listOf(bodyOf(body.selectStmt, "SelectStmt")?.valuesLists).length;
      return [{ relation, kind: "insert", columns: [], ...(rows > 0 && { rows }) }];
    }
    case "Delete":
      return [{ relation, kind: "delete", columns: [] }];
    case "Merge":
      return [{ relation, kind: "insert", columns: [] }];
    default:
      return [{ relation, kind: "update", columns: set(body.targetList) }];
  }
}
