import { hasSqlDetails, loadModule, parseSync, scanSync } from "libpg-query";
import { fieldsOf } from "./namesInQuery";

/** Why an SQL fragment was refused; undefined when it is exactly one expression. */
export type FragmentProblem = { readonly message: string; readonly fix: string } | undefined;

const COMMENT_TOKENS = new Set(["SQL_COMMENT", "C_COMMENT"]);

let loaded: Promise<void> | undefined;

/** Loads PostgreSQL's parser (WebAssembly), once per process. */
export function loadParser(): Promise<void> {
  loaded ??= loadModule();
  return loaded;
}

/**
 * Checks with PostgreSQL's own scanner and parser that `text` is one expression and nothing more.
 * Call {@link loadParser} first.
 *
 * Counts brackets in the scanner's tokens first, so the text cannot close the bracket that CREATE
 * INDEX puts around it. What then parses between brackets is one expression, a row or a subquery;
 * rows and subqueries are refused.
 *
 * @example
 * checkExpression("lower(email)") // undefined
 * checkExpression("x) ; drop table t; --")
 * // { message: "closes a bracket that it did not open", … }
 */
export function checkExpression(text: string): FragmentProblem {
  if (text.trim() === "") return problem("is empty", "write one SQL expression");
  if (text.includes("\0")) return problem("contains a NUL character", "remove it");
  try {
    return checkTokens(text) ?? checkTree(parseSync(`SELECT (${text}\n)`));
  } catch (error) {
    return problem(
      `is not SQL that PostgreSQL can parse${syntaxReason(error)}`,
      "write one expression over the table's columns, as in a WHERE clause",
    );
  }
}

/**
 * The parser's reason. For text that it cannot even split into tokens (an unterminated string),
 * libpg-query returns something other than JSON, hence the SyntaxError. Rethrows any error that did
 * not come from the parser.
 */
export function syntaxReason(error: unknown): string {
  if (hasSqlDetails(error)) return `: ${error.message}`;
  if (error instanceof RangeError) return ": it is nested too deeply";
  if (error instanceof SyntaxError) return ": unterminated string, quoted name or number";
  throw error;
}

function problem(message: string, fix: string): { message: string; fix: string } {
  return { message, fix };
}

function checkTokens(text: string): FragmentProblem {
  let depth = 0;
  for (const token of scanSync(text).tokens) {
    if (COMMENT_TOKENS.has(token.tokenName)) {
      return problem("contains a comment", "move the comment into your program");
    }
    if (token.text === ";") return problem("contains a semicolon", "write one expression only");
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth < 0) {
      return problem("closes a bracket that it did not open", "write one expression only");
    }
  }
  return depth > 0 ? problem("leaves a bracket open", "close it") : undefined;
}

/**
 * Checks the parse tree of `SELECT (<text>)`: one statement, one target, no other clause. The token
 * check already rules out anything else; this guards against a disagreement of scanner and parser.
 */
export function checkTree(tree: unknown): FragmentProblem {
  const { stmts } = tree as {
    stmts: { stmt: { SelectStmt?: Record<string, unknown> } }[];
  };
  const select = stmts.length === 1 ? stmts[0]?.stmt.SelectStmt : undefined;
  const targets = select?.targetList as
    | { ResTarget: { val: Record<string, unknown> } }[]
    | undefined;
  const value = targets?.length === 1 ? targets[0]?.ResTarget.val : undefined;
  const clauses = Object.keys(select ?? {}).filter((key) => !PLAIN_SELECT.has(key));
  if (!value || clauses.length > 0) {
    return problem("is more than one expression", "write one expression only");
  }
  const row = value.RowExpr as { row_format?: string } | undefined;
  if (row && row.row_format === "COERCE_IMPLICIT_CAST") {
    return problem("is a list", "give each expression its own entry in columns");
  }
  return checkNodes(value);
}

const PLAIN_SELECT = new Set(["targetList", "limitOption", "op"]);

const FORBIDDEN_NODES: Record<string, FragmentProblem> = {
  SubLink: problem(
    "contains a subquery",
    "PostgreSQL allows none in an index; use columns of the table",
  ),
  ParamRef: problem("contains a parameter ($1)", "write the constant itself"),
  SetToDefault: problem("contains DEFAULT", "write the constant itself"),
};

function checkNodes(root: unknown): FragmentProblem {
  for (const [key] of fieldsOf(root)) {
    const found = FORBIDDEN_NODES[key];
    if (found) return found;
  }
  return undefined;
}
