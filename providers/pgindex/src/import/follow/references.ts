import type { A_Indirection, ColumnRef, FuncCall } from "libpg-query";
import { fieldsOf } from "../../engine/input/namesInQuery";
import { ident } from "../../engine/text/sql";
import type { IndexDeclaration } from "../declaration";
import { parseTexts } from "../parser/parserThread";
import { stringsOf } from "../parser/parseTree";
import { toSource } from "../parser/sqlTokens";

/** The names in a reference: `["a"]`, `["t", "a"]`, and `["t"]` for a whole row as well. */
export type Names = readonly string[];

/** What the expressions and the predicate of an index name. */
interface Named {
  readonly references: readonly { readonly names: Names; readonly at: number }[];
  /** Those that are taken out of a row: `(t).a`. */
  readonly fields: readonly string[];
  readonly functions: readonly string[];
}

const BEFORE = "SELECT (";

function namedIn(tree: unknown): Named {
  const [references, fields, functions]: [Named["references"][number][], string[], string[]] = [
    [],
    [],
    [],
  ];
  for (const [key, child] of fieldsOf(tree)) {
    if (key === "ColumnRef") {
      const { fields: names, location: at = 0 } = child as ColumnRef;
      references.push({ names: stringsOf(names), at });
    }
    if (key === "A_Indirection") fields.push(...stringsOf((child as A_Indirection).indirection));
    if (key === "FuncCall") functions.push(stringsOf((child as FuncCall).funcname).at(-1) ?? "");
  }
  return { references, fields, functions };
}

function textsOf({ columns, predicate }: IndexDeclaration): string[] {
  const expressions = columns.flatMap((key) =>
    typeof key === "string" || key.expression === undefined ? [] : [key.expression],
  );
  return predicate === undefined ? expressions : [...expressions, predicate];
}

function parsed(text: string) {
  const sql = `${BEFORE}${text}\n)`;
  const [result] = parseTexts([sql]);
  return result?.kind === "ok" ? { ...toSource(sql, result.tokens), tree: result.tree } : undefined;
}

function someIn(index: IndexDeclaration, isMeant: (named: Named) => boolean): boolean {
  return textsOf(index).some((text) => {
    const found = parsed(text);
    return found === undefined || isMeant(namedIn(found.tree));
  });
}

/** Whether an expression or the predicate has such a reference. */
export function refers(index: IndexDeclaration, isMeant: (names: Names) => boolean): boolean {
  return someIn(index, ({ references }) => references.some(({ names }) => isMeant(names)));
}

/** Whether a field of this name is taken out of a row: whose row, only a server can tell. */
export function takesField(index: IndexDeclaration, name: string): boolean {
  return someIn(index, ({ fields }) => fields.includes(name));
}

export function callsFunction(index: IndexDeclaration, name: string): boolean {
  return someIn(index, ({ functions }) => functions.includes(name));
}

/** The names of a column of the index's own table. */
export function isColumnOf({ table }: IndexDeclaration, name: string) {
  return (names: Names): boolean =>
    names.at(-1) === name && (names.length === 1 || names.at(-2) === table);
}

/** The index with other names in its references; `change` gives the names as they are to be. */
export function withReferences(
  index: IndexDeclaration,
  change: (names: Names) => Names,
): IndexDeclaration {
  const columns = index.columns.map((key) =>
    typeof key === "string" || key.expression === undefined
      ? key
      : { ...key, expression: rewritten(key.expression, change) },
  );
  const { predicate } = index;
  return { ...index, columns, ...(predicate && { predicate: rewritten(predicate, change) }) };
}

function rewritten(text: string, change: (names: Names) => Names): string {
  const found = parsed(text);
  if (!found) return text;
  const changes = namedIn(found.tree).references.flatMap(({ names, at }) => {
    const first = found.tokens.findIndex(({ start }) => start === at);
    // A dot follows each name.
    return change(names).flatMap((name, i) => {
      const token = found.tokens[first + 2 * i];
      return token && name !== names[i] ? [{ token, name }] : [];
    });
  });
  const last = [...changes].sort((a, b) => b.token.start - a.token.start);
  const bytes = last.reduce(
    (done, { token, name }) =>
      Buffer.concat([
        done.subarray(0, token.start),
        Buffer.from(ident(name)),
        done.subarray(token.end),
      ]),
    found.bytes,
  );
  return bytes.subarray(BEFORE.length, -2).toString("utf8");
}
