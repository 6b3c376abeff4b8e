import { parseSync } from "libpg-query";
import { syntaxReason } from "./expression";
import {
  type FunctionName,
  fieldsOf,
  functionsOf,
  type RelationReference,
  relationsOf,
  type UnqualifiedNames,
  unqualifiedNames,
} from "./namesInQuery";

/** One parsed SELECT, with the parts a measurement needs. */
export interface SelectStatement {
  /** The statement without its semicolon or anything after it. */
  readonly text: string;
  /** Number of parameters, `$1` to `$n`. */
  readonly parameters: number;
  /** Number of columns it returns; undefined if it selects `*`. */
  readonly columns: number | undefined;
  /** The functions it calls, named as in its text. */
  readonly functions: readonly FunctionName[];
  /** The tables and views that it names. */
  readonly relations: readonly RelationReference[];
  /** What it names without a schema. */
  readonly unqualified: UnqualifiedNames;
}

interface SelectProblem {
  readonly message: string;
  readonly fix: string;
}

export type ReadSelect =
  | { readonly kind: "ok"; readonly select: SelectStatement }
  | { readonly kind: "problem"; readonly problem: SelectProblem };

type Tree = Readonly<Record<string, unknown>>;

/**
 * Parses a text that must be one SELECT that changes and locks nothing, with PostgreSQL's own
 * parser. The server would refuse anything else in its read-only transaction; this reports it in
 * preview. Load the parser first (`loadParser`).
 *
 * @example readSelect("SELECT * FROM t WHERE id = $1") // one parameter, columns undefined
 */
export function readSelect(text: string): ReadSelect {
  if (text.includes("\0")) return problem("contains a NUL character", "remove it");
  if (text.trim() === "") return problem("is empty", "write one SELECT");
  try {
    return readTree(text, parseSync(text) as unknown as ParseTree);
  } catch (error) {
    return problem(
      `is not SQL that PostgreSQL can parse${syntaxReason(error)}`,
      "write one SELECT, as you would type it into psql",
    );
  }
}

function problem(message: string, fix: string): ReadSelect {
  return { kind: "problem", problem: { message, fix } };
}

interface ParseTree {
  readonly stmts: readonly {
    readonly stmt: { readonly SelectStmt?: Tree };
    /** In bytes, both; left out when 0. */
    readonly stmt_location?: number;
    readonly stmt_len?: number;
  }[];
}

function readTree(text: string, tree: ParseTree): ReadSelect {
  const [first, ...others] = tree.stmts;
  if (others.length > 0)
    return problem(
      `is ${tree.stmts.length} statements`,
      "write one SELECT; make a separate query of each other one",
    );
  const select = first?.stmt.SelectStmt;
  if (!select)
    return problem(
      "is not a SELECT",
      "write one SELECT; only reading can be measured without changing data",
    );
  const fields = [...fieldsOf(select)];
  const forbidden = fields.map(([key]) => FORBIDDEN[key]).find(Boolean);
  if (forbidden) return { kind: "problem", problem: forbidden };
  const numbers = new Set(
    fields.filter(([key]) => key === "ParamRef").map(([, ref]) => paramNumber(ref)),
  );
  const missing = missingNumber(numbers);
  if (missing !== undefined)
    return problem(
      `uses $${Math.max(...numbers)} but not $${missing}`,
      "number the parameters from $1 on without gaps",
    );
  return {
    kind: "ok",
    select: {
      text: statementOnly(text, first),
      parameters: numbers.size,
      columns: columnsOf(select),
      functions: functionsOf(fields),
      relations: relationsOf(fields),
      unqualified: unqualifiedNames(fields),
    },
  };
}

/** Keeps a leading comment, since pg_hint_plan reads it, but not a leading empty statement. */
function statementOnly(
  text: string,
  { stmt_location, stmt_len }: ParseTree["stmts"][number],
): string {
  const bytes = Buffer.from(text, "utf8");
  const start = stmt_location ?? 0;
  const end = stmt_len === undefined ? bytes.length : start + stmt_len;
  const isFirst = !bytes.subarray(0, start).includes(";");
  return bytes
    .subarray(isFirst ? 0 : start, end)
    .toString("utf8")
    .trim();
}

/** Fields of the parse tree that make a SELECT write or lock. */
const FORBIDDEN: Readonly<Record<string, SelectProblem>> = {
  ...Object.fromEntries(
    ["Insert", "Update", "Delete", "Merge"].map((verb) => [
      `${verb}Stmt`,
      {
        message: `contains ${verb.toUpperCase()}`,
        fix: "write the SELECT that finds the rows it would change",
      },
    ]),
  ),
  intoClause: { message: "creates a table (SELECT INTO)", fix: "remove INTO" },
  lockingClause: {
    message: "locks rows (FOR UPDATE or FOR SHARE)",
    fix: "remove that clause: the plan is the same, and no other session has to wait",
  },
};

/** The parser omits the number of `$0`. */
function paramNumber(ref: unknown): number {
  return (ref as { number?: number }).number ?? 0;
}

/** The first missing number: the server cannot infer the type of an unused parameter (42P18). */
function missingNumber(numbers: ReadonlySet<number>): number | undefined {
  if (numbers.has(0)) return 1;
  const wanted = Array.from({ length: numbers.size }, (_, i) => i + 1);
  return wanted.find((number) => !numbers.has(number));
}

function columnsOf(select: Tree): number | undefined {
  // In a UNION and the like, the first branch names the columns.
  if (select.larg) return columnsOf(select.larg as Tree);
  const rows = select.valuesLists as readonly { List: { items: unknown[] } }[] | undefined;
  if (rows?.[0]) return rows[0].List.items.length;
  const targets = (select.targetList ?? []) as readonly { ResTarget: { val: Tree } }[];
  return targets.some((target) => isStar(target.ResTarget.val)) ? undefined : targets.length;
}

/** `*`, `t.*` and `(row).*`. */
function isStar(value: Tree): boolean {
  const reference = (value.ColumnRef ?? value.A_Indirection ?? {}) as {
    fields?: Tree[];
    indirection?: Tree[];
  };
  const last = (reference.fields ?? reference.indirection ?? []).at(-1);
  return last !== undefined && "A_Star" in last;
}
