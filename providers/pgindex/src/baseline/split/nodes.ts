import type { Node, RangeVar } from "libpg-query";
import { fieldsOf } from "../../engine/input/namesInQuery";
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
  return [...fieldsOf(node)].flatMap(([key, child]) => (key === kind ? [child as T] : []));
}
