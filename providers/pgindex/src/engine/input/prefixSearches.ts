import { parseSync } from "libpg-query";
import { fieldsOf } from "./namesInQuery";

/** A condition that finds texts by how they begin: `name LIKE 'abc%'`. */
export interface PrefixSearch {
  /** Without its table. */
  readonly column: string;
  readonly pattern: string;
}

type Name = { readonly String?: { readonly sval?: string } };

interface Expression {
  readonly kind?: string;
  readonly name?: readonly Name[];
  readonly lexpr?: { readonly ColumnRef?: { readonly fields?: readonly Name[] } };
  readonly rexpr?: Operand;
}

interface Operand {
  readonly A_Const?: { readonly sval?: { readonly sval?: string } };
  readonly ParamRef?: { readonly number?: number };
  readonly TypeCast?: { readonly arg?: Operand };
}

/**
 * The conditions of a query that ask LIKE of a column, with a pattern that is known and begins with
 * a text. Load the parser first (`loadParser`).
 */
export function prefixSearches(sql: string, values: readonly unknown[] = []): PrefixSearch[] {
  return [...fieldsOf(parseSync(sql))].flatMap(([key, node]) => {
    const expression = node as Expression;
    if (key !== "A_Expr" || expression.kind !== "AEXPR_LIKE") return [];
    if (expression.name?.at(-1)?.String?.sval !== "~~") return [];
    const column = expression.lexpr?.ColumnRef?.fields?.at(-1)?.String?.sval;
    const pattern = textOf(expression.rexpr, values);
    return column !== undefined && isPrefix(pattern) ? [{ column, pattern }] : [];
  });
}

function textOf(operand: Operand | undefined, values: readonly unknown[]): unknown {
  if (operand?.TypeCast) return textOf(operand.TypeCast.arg, values);
  if (operand?.ParamRef) return values[(operand.ParamRef.number ?? 0) - 1];
  return operand?.A_Const?.sval?.sval;
}

/** Without any wildcard it is an equality, which every index can search. */
function isPrefix(pattern: unknown): pattern is string {
  return typeof pattern === "string" && /^(?:[^%_\\]|\\.)+[%_]/.test(pattern);
}

/** Whether a query names a collation anywhere. */
export function namesCollation(sql: string): boolean {
  return [...fieldsOf(parseSync(sql))].some(([key]) => key === "CollateClause");
}

/** Whether a query names a column, of whatever table. */
export function namesColumn(sql: string, column: string): boolean {
  return [...fieldsOf(parseSync(sql))].some(
    ([key, node]) =>
      key === "ColumnRef" &&
      (node as { fields?: readonly Name[] }).fields?.at(-1)?.String?.sval === column,
  );
}
