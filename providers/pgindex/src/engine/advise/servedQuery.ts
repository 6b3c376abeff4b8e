import { fieldsOf } from "../input/namesInQuery";
import { readSelect } from "../input/readSelect";
import type { Served } from "./advised";
import type { Access } from "./query/access";
import { plainName } from "./query/rendered";
import { bodyOf, listOf, type Tree } from "./query/tree";
import type { Statement } from "./statements";

/**
 * The statement as `serves` of an `Index` takes it: one SELECT, and a `sample` that finds values of
 * its parameters in one table. Undefined where it is none, or nobody could tell what values to take.
 */
export function servedQuery({ name, text, tree, read }: Statement): Served | undefined {
  const selected = readSelect(text);
  if (selected.kind !== "ok" || hasPrefixedCast(tree)) return undefined;
  const { parameters, text: sql } = selected.select;
  if (parameters === 0) return { name, sql };
  const sources = sourcesOf(read.accesses, tree);
  const list: string[] = [];
  const tables = new Set<Access>();
  for (let number = 1; number <= parameters; number += 1) {
    const source = sources.get(number);
    if (!source) return undefined;
    list.push(source.sql);
    if (source.access) tables.add(source.access);
  }
  const [access] = tables;
  if (tables.size !== 1 || !access) return undefined;
  const { schema, name: table } = access.relation;
  const from = schema === "public" ? plainName(table) : `${plainName(schema)}.${plainName(table)}`;
  return { name, sql, sample: `SELECT ${list.join(", ")} FROM ${from} LIMIT 5` };
}

interface Source {
  readonly sql: string;
  readonly access?: Access;
}

const A_PAGE_OF_ROWS = "20";

function sourcesOf(accesses: readonly Access[], tree: unknown): ReadonlyMap<number, Source> {
  const found = new Map<number, Source>();
  for (const access of accesses)
    for (const each of [...access.conditions, ...access.alternatives.flat()]) {
      if (each.kind !== "equal" && each.kind !== "range") continue;
      const number = numberOf(each.value);
      const { column } = each.key;
      if (number !== undefined && column !== undefined)
        found.set(number, { sql: plainName(column), access });
    }
  for (const [key, node] of fieldsOf(tree)) {
    const number = key === "limitCount" || key === "limitOffset" ? numberOf(node) : undefined;
    if (number !== undefined)
      found.set(number, { sql: key === "limitCount" ? A_PAGE_OF_ROWS : "0" });
  }
  return found;
}

/** Of `$1`, also as the only member of a list. */
function numberOf(node: unknown): number | undefined {
  const items = listOf(bodyOf(node, "List")?.items);
  const only = items.length === 1 ? items[0] : node;
  return bodyOf(only, "ParamRef")?.number as number | undefined;
}

/** `interval $1`, which pg_stat_statements writes and no server parses. */
function hasPrefixedCast(tree: unknown): boolean {
  return [...fieldsOf(tree)].some(([key, node]) => {
    const { location, arg } = node as Tree;
    return key === "TypeCast" && location === -1 && bodyOf(arg, "ParamRef") !== undefined;
  });
}
