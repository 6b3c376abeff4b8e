import { parseBody } from "./parserThread";

/** A statement of SQL in a body of PL/pgSQL, or the expression that an EXECUTE runs. */
export interface BodyStatement {
  readonly sql: string;
  /** Counted from 1, in the body. */
  readonly line: number;
  readonly isDynamic: boolean;
}

/**
 * Every statement of SQL in a body, wherever in it, as PL/pgSQL's own parser finds them; undefined
 * where that refuses the body, as the server would.
 *
 * @see https://www.postgresql.org/docs/current/plpgsql-statements.html
 */
export function bodyStatements(body: string): BodyStatement[] | undefined {
  const tree = parseBody(body);
  if (tree === undefined) return undefined;
  const found: BodyStatement[] = [];
  collect(tree, { found, line: 1 });
  return found;
}

interface Walk {
  readonly found: BodyStatement[];
  readonly line: number;
}

function collect(node: unknown, { found, line }: Walk): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    const at = typeof child?.lineno === "number" ? child.lineno : line;
    const expression = EXPRESSIONS[key]?.(child);
    const sql = expression?.PLpgSQL_expr?.query;
    if (typeof sql === "string") found.push({ sql, line: at, isDynamic: /dyn/.test(key) });
    collect(child, { found, line: at });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: libpg-query has no types for PL/pgSQL's tree
type Tree = any;

/** Where the statements that run SQL have it. */
const EXPRESSIONS: Readonly<Record<string, (statement: Tree) => Tree>> = {
  PLpgSQL_stmt_execsql: ({ sqlstmt }) => sqlstmt,
  PLpgSQL_stmt_perform: ({ expr }) => expr,
  PLpgSQL_stmt_call: ({ expr }) => expr,
  PLpgSQL_stmt_dynexecute: ({ query }) => query,
  PLpgSQL_stmt_dynfors: ({ query }) => query,
};
