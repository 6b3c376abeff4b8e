import { parseSync, scanSync } from "libpg-query";
import { bodyOf, kindOf } from "../query/tree";

/** What a text of the workload is, once parsed. */
export type ReadText =
  | { readonly kind: "statement"; readonly text: string; readonly tree: unknown }
  | { readonly kind: "utility" };

const PLANNED: ReadonlySet<string> = new Set([
  ...["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"],
]);

/** A cursor's query and a prepared statement's are what they run; the rest plans nothing. */
export function readText(text: string, stmt: unknown): ReadText {
  const kind = kindOf(stmt);
  const body = bodyOf(stmt, kind);
  if (kind === "DeclareCursorStmt") return inner(text, body?.query, "FOR");
  if (kind === "PrepareStmt") return inner(text, body?.query, "AS");
  if (!PLANNED.has(kind) || body?.intoClause) return { kind: "utility" };
  return { kind: "statement", text, tree: stmt };
}

/** What stands behind the word, which cannot stand before it outside of brackets. */
function inner(text: string, query: unknown, word: string): ReadText {
  let depth = 0;
  for (const { text: token, end } of scanSync(text).tokens) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth > 0 || token.toUpperCase() !== word || query === undefined) continue;
    const rest = Buffer.from(text, "utf8").subarray(end).toString("utf8").trim();
    const [only] = parseSync(rest).stmts ?? [];
    return readText(rest, only?.stmt);
  }
  return { kind: "utility" };
}
