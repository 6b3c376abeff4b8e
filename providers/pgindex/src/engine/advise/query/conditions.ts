import type { Access, Condition } from "./access";
import { constantSql, type KeyOf, keyOf, plainName } from "./rendered";
import { resolve, type Scope } from "./scope";
import { bodyOf, columnsIn, hasColumn, lastName, listOf, type Tree } from "./tree";

/** Takes a condition on a table. */
type Sink = (access: Access, condition: Condition) => void;

/** Reads what is true of every row that a WHERE or ON lets through. */
export function readCondition(node: unknown, scope: Scope, sink: Sink): void {
  const logic = bodyOf(node, "BoolExpr");
  if (logic) readLogic(logic, scope, sink);
  const operation = bodyOf(node, "A_Expr");
  if (operation) readOperation(operation, scope, sink);
  const tests = testOf(node, scope);
  if (tests) sink(tests.access, tests.condition);
  const isTrue = bodyOf(node, "ColumnRef") && keyOf(node, scope);
  if (isTrue) sink(isTrue.access, { kind: "equal", key: isTrue.key });
  const nulls = bodyOf(node, "NullTest");
  const tested = nulls?.nulltesttype === "IS_NULL" && keyOf(nulls.arg, scope);
  if (tested) sink(tested.access, { kind: "equal", key: tested.key });
  readIn(node, scope, sink);
}

function readLogic({ boolop, args }: Tree, scope: Scope, sink: Sink): void {
  const parts = listOf(args);
  if (boolop === "AND_EXPR") for (const each of parts) readCondition(each, scope, sink);
  if (boolop === "OR_EXPR") readAlternatives(parts, scope);
  if (boolop === "NOT_EXPR") {
    const key = bodyOf(parts[0], "ColumnRef") && keyOf(parts[0], scope);
    const [column] = key ? key.columns : [];
    if (!key || column === undefined) return;
    const sql = `NOT ${plainName(column)}`;
    sink(key.access, { kind: "test", sql, columns: [column] });
    sink(key.access, { kind: "equal", key: key.key });
  }
}

/** Each arm can be served by an index of its own, if all of them are. */
function readAlternatives(arms: readonly unknown[], scope: Scope): void {
  for (const arm of arms) {
    const found = new Map<Access, Condition[]>();
    readCondition(arm, scope, (access, condition) => {
      found.set(access, [...(found.get(access) ?? []), condition]);
    });
    for (const [access, conditions] of found) access.alternatives.push(conditions);
  }
}

/** What a partial index could ask: `deleted_at IS NULL`, `is_active`, `status = 'open'`. */
function testOf(node: unknown, scope: Scope): { access: Access; condition: Condition } | undefined {
  const nulls = bodyOf(node, "NullTest");
  const key = keyOf(nulls ? nulls.arg : bodyOf(node, "ColumnRef") ? node : undefined, scope);
  const [column] = key?.columns ?? [];
  if (!key?.key.column || column === undefined) return undefined;
  const not = nulls?.nulltesttype === "IS_NOT_NULL" ? "NOT " : "";
  const sql = nulls ? `${plainName(column)} IS ${not}NULL` : plainName(column);
  return { access: key.access, condition: { kind: "test", sql, columns: [column] } };
}

const RANGES: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "BETWEEN"]);
const LIKES: ReadonlySet<string> = new Set(["~~", "~~*", "~", "~*", "^@"]);
const CONTAINS: ReadonlySet<string> = new Set(["@>", "<@", "&&", "?", "?|", "?&", "@@", "@?"]);

function readOperation({ kind, name, lexpr, rexpr }: Tree, scope: Scope, sink: Sink): void {
  const operator = lastName(name);
  if (kind === "AEXPR_BETWEEN") readSide(lexpr, rexpr, { operator: "BETWEEN", scope, sink });
  if (kind === "AEXPR_IN" || kind === "AEXPR_OP_ANY") {
    if (operator === "=") readSide(lexpr, rexpr, { operator, scope, sink });
    return;
  }
  if (!["AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE"].includes(String(kind))) return;
  readSide(lexpr, rexpr, { operator, scope, sink });
  if (LIKES.has(operator)) return;
  readSide(rexpr, lexpr, { operator: turned(operator), scope, sink });
}

/** The operator seen from the other side. */
function turned(operator: string): string {
  if (operator.startsWith("<") && operator !== "<@") return operator.replace("<", ">");
  return operator.replace(/^>/, "<");
}

interface Reading {
  readonly operator: string;
  readonly scope: Scope;
  readonly sink: Sink;
}

/** `key operator value`, where no column of the key's own table is in the value. */
function readSide(side: unknown, value: unknown, { operator, scope, sink }: Reading): void {
  const found = keyOf(side, scope);
  if (!found) return;
  const others = columnsIn(value).map((ref) => resolve(ref, scope)?.access);
  if (others.includes(found.access) || others.includes(undefined)) return;
  const { access, key } = found;
  const [other] = others;
  if (operator === "=") {
    sink(access, { kind: "equal", key, value, ...(other && { other }) });
    const test = testSql(found, value);
    if (test) sink(access, test);
  } else if (RANGES.has(operator)) {
    const isBelow = operator === "BETWEEN" ? undefined : operator.startsWith("<");
    sink(access, { kind: "range", key, value, isBelow });
  } else if (LIKES.has(operator)) sink(access, { kind: likeKind(operator, value), key, value });
  else if (CONTAINS.has(operator)) sink(access, { kind: "contains", key, value, operator });
}

/** Patterns that are not known are taken as the dearer kind. */
function likeKind(operator: string, value: unknown): "prefix" | "infix" {
  if (operator === "^@") return "prefix";
  const text = constantSql(value) ?? "";
  if (operator === "~~") return /^'[^%_]/.test(text) ? "prefix" : "infix";
  return operator === "~" && /^'\^\w/.test(text) ? "prefix" : "infix";
}

function testSql({ key, columns }: KeyOf, value: unknown): Condition | undefined {
  const constant = constantSql(value);
  if (key.column === undefined || constant === undefined) return undefined;
  return { kind: "test", sql: `${plainName(key.column)} = ${constant}`, columns };
}

/** `x IN (SELECT …)`, whose other side reads for itself. */
function readIn(node: unknown, scope: Scope, sink: Sink): void {
  const link = bodyOf(node, "SubLink");
  const found = link?.subLinkType === "ANY_SUBLINK" && keyOf(link.testexpr, scope);
  if (!found || !hasColumn(link?.testexpr)) return;
  const isEqual = link?.operName === undefined || lastName(link.operName) === "=";
  if (isEqual) sink(found.access, { kind: "equal", key: found.key });
}
