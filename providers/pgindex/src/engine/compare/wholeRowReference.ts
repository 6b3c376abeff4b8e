import { parseSync } from "libpg-query";
import type { IndexDefinition } from "../declare/desiredIndex";

/**
 * Whether an expression of the declaration has a whole-row reference to the table, as in `f(t)` or
 * `f(t.*)`.
 */
export function referencesWholeRow({ table, keys, predicate }: IndexDefinition): boolean {
  const fragments = [...keys.map((key) => key.expression), predicate];
  return fragments.some(
    (text) => text !== undefined && namesRow(parseSync(`SELECT (${text})`), table),
  );
}

/** `t`, `t.*`, `schema.t.*` */
function namesRow(root: unknown, table: string): boolean {
  const left = [root];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== "object" || node === null) continue;
    for (const [key, child] of Object.entries(node)) {
      if (key === "ColumnRef" && isRow(child, table)) return true;
      left.push(child);
    }
  }
  return false;
}

interface Field {
  readonly A_Star?: object;
  readonly String?: { readonly sval?: string };
}

function isRow({ fields = [] }: { fields?: readonly Field[] }, table: string): boolean {
  const last = fields.at(-1);
  return last?.A_Star !== undefined || (fields.length === 1 && last?.String?.sval === table);
}
