import type { RangeVar } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { namePattern } from "../../engine/text/pattern";
import { DEFAULT_SCHEMA, type IndexDeclaration, labelOf, schemaOf } from "../declaration";
import { placeOf, type Script, type State, type Statement } from "../sql/scriptState";
import { unfollowedAdvice } from "./followMessages";

/** A statement, and what is there when it runs. */
export interface Scope {
  readonly state: State;
  readonly statement: Statement;
}

/** The schema of an unqualified name; undefined if only a server could tell. */
export function schemaFor(
  { searchPath, found, tables }: State,
  { schema }: Script,
  name: string,
): string | undefined {
  if (schema !== undefined) return schema;
  if (searchPath === undefined) return DEFAULT_SCHEMA;
  if (searchPath.length < 2) return searchPath[0];
  const labels = new Set([...tables.keys(), ...found.map(labelOf)]);
  return searchPath.find((each) => labels.has(labelOf({ schema: each, name })));
}

export function labelFor({ state, statement }: Scope, nameParts: readonly string[]): string {
  const [name = "", schema = schemaFor(state, statement.script, name)] = [...nameParts].reverse();
  return labelOf({ schema, name });
}

export function labelOfRelation(scope: Scope, relation: RangeVar | undefined): string {
  const { schemaname, relname = "" } = relation ?? {};
  return labelFor(scope, schemaname === undefined ? [relname] : [schemaname, relname]);
}

export function isTemporary(state: State, relation: RangeVar | undefined): boolean {
  if (relation?.schemaname !== undefined) return relation.schemaname === "pg_temp";
  return state.temporary.includes(relation?.relname ?? "");
}

export function tableOf(index: IndexDeclaration): string {
  return labelOf({ schema: schemaOf(index), name: index.table });
}

/** Rejects a statement that changes one of the declarations; otherwise returns them unchanged. */
export function refuseIf(
  { state, statement }: Scope,
  isChanged: (index: IndexDeclaration) => boolean,
): readonly IndexDeclaration[] {
  const hit = state.found.find(isChanged);
  if (!hit) return state.found;
  const words = statement.tokens.slice(0, 2).map((token) => token.text.toUpperCase());
  throw new PgIndexError(unfollowedAdvice(placeOf(statement), words.join(" "), labelOf(hit)));
}

/** Whether an expression or the predicate has this name. */
export function mentions(index: IndexDeclaration, name: string): boolean {
  const word = namePattern(name, "iu");
  return textsOf(index).some((text) => word.test(text));
}

function textsOf({ columns, predicate = "" }: IndexDeclaration): string[] {
  const expressions = columns.map((key) => (typeof key === "string" ? "" : (key.expression ?? "")));
  return [...expressions, predicate];
}

/** Whether a column, which is no expression, is a key of the index or included in it. */
export function hasColumn({ columns, include = [] }: IndexDeclaration, name: string): boolean {
  const isKey = columns.some((key) => (typeof key === "string" ? key : key.column) === name);
  return isKey || include.includes(name);
}
