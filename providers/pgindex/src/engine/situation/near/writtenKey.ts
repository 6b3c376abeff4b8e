import { parseSync } from "libpg-query";

/** What a text in `columns` means as PostgreSQL writes a key, part by part. */
export type WrittenKey = Readonly<Record<string, string>>;

interface NameNode {
  readonly String: { readonly sval: string };
}

interface ElementNode {
  readonly name?: string;
  readonly expr?: { readonly ColumnRef?: { readonly fields?: readonly NameNode[] } };
  readonly collation?: readonly NameNode[];
  readonly opclass?: readonly NameNode[];
  readonly ordering?: string;
  readonly nulls_ordering?: string;
}

const ORDERS: Readonly<Record<string, string>> = { SORTBY_ASC: "asc", SORTBY_DESC: "desc" };
const NULLS: Readonly<Record<string, string>> = {
  SORTBY_NULLS_FIRST: "first",
  SORTBY_NULLS_LAST: "last",
};

/**
 * Reads a text that was given as the name of a column the way CREATE INDEX would read it; undefined
 * if it is no key to PostgreSQL either. Load the parser first.
 *
 * @example
 * readWrittenKey("lower(body)") // { expression: "lower(body)" }
 * readWrittenKey("created_at DESC") // { column: "created_at", order: "desc" }
 */
export function readWrittenKey(text: string): WrittenKey | undefined {
  const element = elementOf(text) ?? elementOf(`(${text}\n)`);
  if (!element) return undefined;
  const { name, expr, collation, opclass, ordering = "", nulls_ordering = "" } = element;
  const fields = expr?.ColumnRef?.fields;
  const column = name ?? fields?.at(-1)?.String.sval;
  const parts = {
    column,
    expression: column === undefined ? expressionOf(text, element) : undefined,
    collation: collation?.at(-1)?.String.sval,
    operatorClass: opclass?.at(-1)?.String.sval,
    order: ORDERS[ordering],
    nulls: NULLS[nulls_ordering],
  };
  const set = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as WrittenKey;
}

/** One key of CREATE INDEX, if the text is exactly that. */
function elementOf(text: string): ElementNode | undefined {
  try {
    const tree = parseSync(`CREATE INDEX ON t (${text}\n)`) as unknown as {
      readonly stmts: readonly {
        readonly stmt: {
          readonly IndexStmt?: { readonly indexParams: readonly { IndexElem: ElementNode }[] };
        };
      }[];
    };
    const params = tree.stmts.length === 1 ? tree.stmts[0]?.stmt.IndexStmt?.indexParams : undefined;
    return params?.length === 1 ? params[0]?.IndexElem : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the expression without what follows it in a key, which is at its end. */
function expressionOf(text: string, element: ElementNode): string {
  const { ordering, nulls_ordering, collation, opclass } = element;
  const isPlain = [ordering, nulls_ordering].every((it) => !it || it.endsWith("_DEFAULT"));
  if (isPlain && !collation && !opclass) return text.trim();
  return text
    .replace(/(\s+nulls\s+(first|last))?\s*$/i, "")
    .replace(/\s+(asc|desc)\s*$/i, "")
    .replace(/\s+[\w."]+\s*$/, (end) => (opclass ? "" : end))
    .replace(/\s+collate\s+[\w."-]+\s*$/i, "")
    .trim();
}

/** The key as a program writes it: `{ column: "created_at", order: "desc" }`. */
export function renderWrittenKey(key: WrittenKey): string {
  const names = Object.keys(key);
  if (names.length === 1 && key.column !== undefined) return JSON.stringify(key.column);
  const parts = Object.entries(key).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${parts.join(", ")} }`;
}
