import {
  type FunctionName,
  fieldsOf,
  functionsOf,
  type RelationReference,
  relationsOf,
} from "../input/namesInQuery";
import type { Session } from "../session/session";
import type { Production, Relation } from "../twin/production/production";
import { IS_OWN_SCHEMA } from "./ownSchemas";
import type { Tables } from "./query/reader";

/** What the statements of a workload name. */
export interface Named {
  /** OIDs of tables and views. */
  readonly relations: readonly number[];
  readonly functions: readonly FunctionName[];
  /** Where names without a schema are found. */
  readonly searchPath: readonly string[];
}

const FIND = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = ANY ($1::name[]) AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
   AND ${IS_OWN_SCHEMA}
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype = 'e')`;

/**
 * Finds what the statements name. Of a name without a schema nobody knows the search_path: it is
 * looked for in the given schemas, else in `public`, else in the only other one that has it.
 */
export async function findNamed(
  session: Pick<Session, "query">,
  trees: readonly unknown[],
  schemas: readonly string[] | undefined,
): Promise<Named> {
  const fields = trees.flatMap((tree) => [...fieldsOf(tree)]);
  const names = [...relationsOf(fields), ...changed(fields)];
  const found = await session.query<{ oid: number; schema: string; name: string }>(FIND, [
    [...new Set(names.map(({ name }) => name))],
  ]);
  const searchPath = [...(schemas ?? ["public"])];
  const relations = new Set<number>();
  for (const { schema, name } of names) {
    const named = found.filter((each) => each.name === name);
    const places = schema === undefined ? searchPath : [schema];
    const [here] = places.flatMap((place) => named.filter((each) => each.schema === place));
    const [only] = schema === undefined && !schemas && named.length === 1 ? named : [];
    const chosen = here ?? only;
    if (!chosen) continue;
    relations.add(chosen.oid);
    if (!here) searchPath.push(chosen.schema);
  }
  return { relations: [...relations], functions: functionsOf(fields), searchPath };
}

/** What a statement changes is no RangeVar by name: the node stands without its kind. */
function changed(fields: readonly (readonly [string, unknown])[]): RelationReference[] {
  return fields.flatMap(([key, value]) => {
    const { relname: name, schemaname: schema } = (value ?? {}) as Record<string, unknown>;
    if (key !== "relation" || typeof name !== "string") return [];
    return [{ name, ...(typeof schema === "string" && { schema }) }];
  });
}

/** Finds tables by the names that statements give them. */
export function tablesOf(
  { relations }: Pick<Production, "relations">,
  searchPath: readonly string[],
): Tables {
  return ({ schema, name }): Relation | undefined => {
    const places = schema === undefined ? searchPath : [schema];
    const named = relations.filter((each) => each.name === name);
    return places.flatMap((place) => named.filter((each) => each.schema === place))[0];
  };
}
