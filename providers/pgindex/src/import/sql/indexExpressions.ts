import type { Node } from "libpg-query";
import { parseTexts, type Token } from "../parser/parserThread";
import { schemaQualifiers, treeText } from "../parser/parseTree";
import { closingOf, findKeyword, type Source, splitAtCommas, textOf } from "../parser/sqlTokens";

/** The tokens of the expressions in a `CREATE INDEX`. */
export interface Clauses {
  /** By position in the key list; a key that is a plain column holds that column. */
  readonly keys: readonly (readonly Token[])[];
  readonly predicate: readonly Token[];
}

/**
 * Finds the expressions of a `CREATE INDEX` in its tokens. The parse tree says where an operator
 * is, but not where its expression begins and ends. {@link sameExpressions} tells whether the right
 * ones were found.
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html
 */
export function clausesOf(statement: readonly Token[]): Clauses {
  // Only keywords and names come before the key list.
  const open = statement.findIndex(({ text }) => text === "(");
  const close = closingOf(statement, open);
  const keys = splitAtCommas(statement.slice(open + 1, close)).map(expressionOf);
  const rest = statement.slice(close + 1);
  const where = findKeyword(rest, "where");
  return { keys, predicate: where < 0 ? [] : rest.slice(where + 1) };
}

/**
 * A key that is an expression starts with a parenthesis or is a function call; its options follow
 * it.
 */
function expressionOf(key: readonly Token[]): readonly Token[] {
  const open = key.findIndex(({ text }) => text === "(");
  if (open < 0) return key.slice(0, 1);
  const end = closingOf(key, open);
  return open === 0 ? key.slice(1, end) : key.slice(0, end + 1);
}

/**
 * The text of an expression, with the schema removed from qualified columns. An index's expressions
 * can only refer to one table, and the server checks them on a temporary copy of it.
 */
export function expressionText(source: Source, tokens: readonly Token[], tree: Node): string {
  const dropped = schemaQualifiers(tree).flatMap(({ at, names }) => {
    const first = tokens.findIndex((token) => token.start === at);
    // A dot follows each name.
    return tokens.slice(first, first + 2 * names).map((token) => token.start);
  });
  return textOf(source, tokens, new Set(dropped));
}

/** An expression as text, and its parse tree from the original statement. */
export interface Expression {
  readonly text: string;
  readonly tree: Node;
}

/**
 * For each list of expressions, whether PostgreSQL reads every text on its own the same way as in
 * its statement.
 */
export function sameExpressions(lists: readonly (readonly Expression[])[]): boolean[] {
  const parsed = parseTexts(lists.map((list) => `SELECT ${list.map(bracketed).join(", ")}`));
  return lists.map((list, i) => {
    const result = parsed[i];
    if (result?.kind !== "ok" || result.tree.stmts?.length !== 1) return list.length === 0;
    const [only] = result.tree.stmts;
    const select = only?.stmt && "SelectStmt" in only.stmt ? only.stmt.SelectStmt : {};
    const targets = (select.targetList ?? []).map((node) =>
      "ResTarget" in node ? node.ResTarget.val : undefined,
    );
    return treeText(targets) === treeText(list.map(({ tree }) => tree));
  });
}

function bracketed({ text }: Expression): string {
  return `(${text}\n)`;
}
