import type { Node } from "libpg-query";
import { parseTexts, type Token } from "./parserThread";
import { schemaQualifiers, treeText } from "./parseTree";
import { closingOf, findKeyword, type Source, splitAtCommas, textOf } from "./sqlTokens";

/** The tokens of the expressions of a `CREATE INDEX`. */
export interface Clauses {
  /** By position in the list of keys; a key that is a column has its column. */
  readonly keys: readonly (readonly Token[])[];
  readonly predicate: readonly Token[];
}

/**
 * Finds the expressions of a `CREATE INDEX` in its tokens: the parse tree says where an operator
 * stands, not where its expression begins and ends. Whether they are the right ones is told by
 * {@link sameExpressions}.
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html
 */
export function clausesOf(statement: readonly Token[]): Clauses {
  // Before the list of keys stand only keywords and names.
  const open = statement.findIndex(({ text }) => text === "(");
  const close = closingOf(statement, open);
  const keys = splitAtCommas(statement.slice(open + 1, close)).map(expressionOf);
  const rest = statement.slice(close + 1);
  const where = findKeyword(rest, "where");
  return { keys, predicate: where < 0 ? [] : rest.slice(where + 1) };
}

/**
 * A key that is an expression begins with a bracket, or is a function's call, and its options come
 * after it.
 */
function expressionOf(key: readonly Token[]): readonly Token[] {
  const open = key.findIndex(({ text }) => text === "(");
  if (open < 0) return key.slice(0, 1);
  const end = closingOf(key, open);
  return open === 0 ? key.slice(1, end) : key.slice(0, end + 1);
}

/**
 * The text of an expression. A column that carries the schema of its table loses that: an index's
 * expressions can only name one table, and the server is asked about them on a temporary copy of
 * it.
 */
export function expressionText(source: Source, tokens: readonly Token[], tree: Node): string {
  const dropped = schemaQualifiers(tree).flatMap(({ at, names }) => {
    const first = tokens.findIndex((token) => token.start === at);
    // Each name is followed by a dot.
    return tokens.slice(first, first + 2 * names).map((token) => token.start);
  });
  return textOf(source, tokens, new Set(dropped));
}

/** An expression as text, and what the parser made of it where it stood. */
export interface Expression {
  readonly text: string;
  readonly tree: Node;
}

/**
 * For each list of expressions whether PostgreSQL reads every text, by itself, as what it was read
 * as in its statement.
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
