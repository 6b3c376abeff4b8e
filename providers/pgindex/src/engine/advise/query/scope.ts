import type { Access } from "./access";
import { bodyOf, listOf, namesOf, type Tree } from "./tree";

/** Where a column comes from. */
export interface Place {
  readonly access: Access;
  readonly column: string;
}

/** Something in FROM, and what its columns are; those that are computed are missing. */
export interface Source {
  readonly alias: string;
  readonly columns: ReadonlyMap<string, Place>;
}

/** The names that a SELECT sees. */
export interface Scope {
  readonly sources: readonly Source[];
  readonly named: ReadonlyMap<string, ReadonlyMap<string, Place>>;
  readonly outer?: Scope;
}

export function sourceOf(access: Access, alias: string): Source {
  const names = (access.relation.columns ?? []).map(({ name }) => name);
  return { alias, columns: new Map(names.map((column) => [column, { access, column }])) };
}

/** What a ColumnRef means; undefined where it is computed, ambiguous or unknown. */
export function resolve(ref: Tree, scope: Scope | undefined): Place | undefined {
  if (!scope) return undefined;
  const names = namesOf(ref.fields);
  const [column = "", alias] = [...names].reverse();
  if (names.length !== listOf(ref.fields).length) return undefined;
  const sources = scope.sources.filter((each) => alias === undefined || each.alias === alias);
  const found = sources.flatMap(({ columns }) => columns.get(column) ?? []);
  if (found.length > 1) return undefined;
  const isNamed = alias !== undefined && sources.length > 0;
  return found[0] ?? (isNamed ? undefined : resolve(ref, scope.outer));
}

/** The sources that `*` and `t.*` mean. */
export function starred(ref: Tree, { sources }: Scope): readonly Source[] {
  const fields = listOf(ref.fields);
  if (!bodyOf(fields.at(-1), "A_Star")) return [];
  const [alias] = namesOf(fields.slice(-2));
  return sources.filter((each) => alias === undefined || each.alias === alias);
}
