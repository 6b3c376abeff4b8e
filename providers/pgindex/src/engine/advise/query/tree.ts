import { fieldsOf } from "../../input/namesInQuery";

/** A node of the parse tree, whose shape the grammar decides. */
export type Tree = Readonly<Record<string, unknown>>;

/** What stands below `{ Kind: … }`; undefined for a node of another kind. */
export function bodyOf(node: unknown, kind: string): Tree | undefined {
  if (typeof node !== "object" || node === null) return undefined;
  return (node as Tree)[kind] as Tree | undefined;
}

/** The kind of a node: `A_Expr` of `{ A_Expr: … }`. */
export function kindOf(node: unknown): string {
  return typeof node === "object" && node !== null ? (Object.keys(node)[0] ?? "") : "";
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The last part of a name such as `pg_catalog.=`. */
export function lastName(names: unknown): string {
  return namesOf(names).at(-1) ?? "";
}

export function namesOf(names: unknown): string[] {
  return listOf(names).flatMap((each) => {
    const text = bodyOf(each, "String")?.sval;
    return typeof text === "string" ? [text] : [];
  });
}

/** Whether a column is named anywhere below, subqueries included. */
export function hasColumn(root: unknown): boolean {
  for (const [key] of fieldsOf(root)) if (key === "ColumnRef") return true;
  return false;
}

/** Every ColumnRef below, without those of subqueries. */
export function columnsIn(root: unknown): Tree[] {
  const fields = [...fieldsOf(root, "SelectStmt")];
  return fields.flatMap(([key, child]) => (key === "ColumnRef" ? [child as Tree] : []));
}
