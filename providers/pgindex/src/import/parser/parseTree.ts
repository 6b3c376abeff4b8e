import type { ColumnRef, Node } from "libpg-query";
import { fieldsOf } from "../../engine/input/namesInQuery";

/**
 * Helpers for PostgreSQL's parse tree: https://www.postgresql.org/docs/current/overview.html
 * (src/include/nodes/parsenodes.h).
 */

/** The texts of a list of String nodes, such as the parts of a qualified name. */
export function stringsOf(nodes: readonly Node[] = []): string[] {
  return nodes.flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
}

/** The parts of a name, from a List node or a single String. */
export function nameParts(node: Node | undefined): string[] {
  if (node === undefined) return [];
  return "List" in node ? stringsOf(node.List.items) : stringsOf([node]);
}

/**
 * The value a definition such as `fillfactor = 70` sets; a name alone means true. PostgreSQL stores
 * every value as text.
 */
export function definitionValue(node: Node | undefined): string | number | boolean {
  if (node === undefined) return true;
  if ("Integer" in node) return node.Integer.ival ?? 0;
  if ("Boolean" in node) return node.Boolean.boolval ?? false;
  const text = definitionText(node);
  if (text === "true" || text === "false") return text === "true";
  const isNumber = Number.isFinite(Number(text)) && String(Number(text)) === text;
  return isNumber ? Number(text) : text;
}

function definitionText(node: Node): string {
  if ("Float" in node) return node.Float.fval ?? "";
  if ("TypeName" in node) return stringsOf(node.TypeName.names).join(".");
  return nameParts(node)[0] ?? "";
}

/** Positions in the text: the only difference between two parse trees of the same expression. */
const PLACES: ReadonlySet<string> = new Set([
  "location",
  "list_start",
  "list_end",
  "rexpr_list_start",
  "rexpr_list_end",
]);

/** A parse tree as text that does not depend on the layout of the expression. */
export function treeText(tree: unknown): string {
  return JSON.stringify(tree, (key, value) => {
    if (PLACES.has(key)) return undefined;
    return key === "ColumnRef" ? { ...value, fields: value.fields.slice(-2) } : value;
  });
}

/**
 * Where columns carry more than `table.column` (`schema.table.column`): the offset of the first
 * extra name, and how many there are.
 */
export function schemaQualifiers(tree: unknown): { readonly at: number; readonly names: number }[] {
  return [...fieldsOf(tree)].flatMap(([key, child]) => {
    if (key !== "ColumnRef") return [];
    const { fields = [], location = 0 } = child as ColumnRef;
    return fields.length > 2 ? [{ at: location, names: fields.length - 2 }] : [];
  });
}
