import type { IndexElem, IndexStmt, Node } from "libpg-query";
import { clip, defaultIndexName } from "../../engine/declare/defaultName";
import { MAX_IDENTIFIER_BYTES } from "../../engine/text/sql";
import { stringsOf } from "../parser/parseTree";
import { elementOf } from "./indexStatement";

/**
 * The name PostgreSQL gives an index that has none. Follows ChooseIndexColumnNames and FigureColname
 * in PostgreSQL's source. Undefined for an expression whose name differs between PostgreSQL versions.
 */
export function defaultName(
  { relation, indexParams = [], indexIncludingParams = [] }: IndexStmt,
  isTaken: (name: string) => boolean,
): string | undefined {
  const elements = [...indexParams, ...indexIncludingParams].map(elementOf);
  const columns = elements.map(columnName);
  if (!columns.every((name) => name !== undefined)) return undefined;
  return defaultIndexName(relation?.relname ?? "", distinct(columns), isTaken);
}

/** Expressions named after their outermost construct. */
const CONSTRUCTS: Readonly<Record<string, string>> = {
  A_ArrayExpr: "array",
  RowExpr: "row",
  CoalesceExpr: "coalesce",
};

function columnName(element: IndexElem): string | undefined {
  if (element.name !== undefined) return element.name;
  const figured = figure(element.expr);
  return figured?.isUnsure ? undefined : (figured?.name ?? "expr");
}

interface Figured {
  readonly name: string;
  /** An outer cast's name replaces it. */
  readonly isWeak?: boolean;
  /** It differs between PostgreSQL versions. */
  readonly isUnsure?: boolean;
}

const UNSURE = /^(Json|Xml|SQLValue)/;

function figure(node: Node | undefined): Figured | undefined {
  if (node === undefined) return undefined;
  const [kind = ""] = Object.keys(node);
  const construct = CONSTRUCTS[kind];
  if (construct !== undefined) return { name: construct };
  if (UNSURE.test(kind)) return { name: kind, isUnsure: true };
  if ("ColumnRef" in node) return last(stringsOf(node.ColumnRef.fields));
  if ("FuncCall" in node) return last(stringsOf(node.FuncCall.funcname));
  if ("CollateClause" in node) return figure(node.CollateClause.arg);
  if ("A_Expr" in node && node.A_Expr.kind === "AEXPR_NULLIF") return { name: "nullif" };
  if ("MinMaxExpr" in node) {
    return { name: node.MinMaxExpr.op === "IS_LEAST" ? "least" : "greatest" };
  }
  if ("A_Indirection" in node) {
    const { arg, indirection } = node.A_Indirection;
    return last(stringsOf(indirection)) ?? figure(arg);
  }
  if ("TypeCast" in node) {
    const { arg, typeName } = node.TypeCast;
    return strong(figure(arg)) ?? { ...last(stringsOf(typeName?.names), ""), isWeak: true };
  }
  if ("CaseExpr" in node) {
    return strong(figure(node.CaseExpr.defresult)) ?? { name: "case", isWeak: true };
  }
  return undefined;
}

function strong(figured: Figured | undefined): Figured | undefined {
  return figured?.isWeak ? undefined : figured;
}

function last(names: readonly string[]): Figured | undefined;
function last(names: readonly string[], otherwise: string): Figured;
function last(names: readonly string[], otherwise?: string): Figured | undefined {
  const name = names.at(-1) ?? otherwise;
  return name === undefined ? undefined : { name };
}

/** A repeated name is numbered: `a`, `a1`. */
function distinct(names: readonly string[]): string[] {
  const chosen: string[] = [];
  for (const name of names) {
    let candidate = name;
    for (let i = 1; chosen.includes(candidate); i += 1) {
      candidate = clip(name, MAX_IDENTIFIER_BYTES - String(i).length) + i;
    }
    chosen.push(candidate);
  }
  return chosen;
}
