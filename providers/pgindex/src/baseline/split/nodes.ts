import type { Node, RangeVar } from "libpg-query";
import { DEFAULT_SCHEMA, labelOf } from "../../import/declaration";

/** `schema.name` of a table or an index as a statement names it. */
export function labelOfRelation(relation: RangeVar | undefined): string {
  return labelOf({
    schema: relation?.schemaname ?? DEFAULT_SCHEMA,
    name: relation?.relname ?? "",
  });
}

/** As {@link labelOfRelation}, of the parts of a name. */
export function labelOfParts(parts: readonly string[]): string {
  const [name = "", schema = DEFAULT_SCHEMA] = [...parts].reverse();
  return labelOf({ schema, name });
}

/** Every node of this kind within a statement, at whatever depth. */
export function nodesWithin<T>(node: Node, kind: string): T[] {
  const found: T[] = [];
  const left: unknown[] = [node];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each !== "object" || each === null) continue;
    for (const [key, child] of Object.entries(each)) {
      if (key === kind) found.push(child as T);
      left.push(child);
    }
  }
  return found;
}
