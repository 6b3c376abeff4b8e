import type { PartitionCmd } from "libpg-query";
import type { IndexDeclaration } from "../declaration";
import type { State } from "../sql/scriptState";
import { labelOfRelation, refuseIf, type Scope, tableOf } from "./scope";

/**
 * The declarations without the partitions' own indexes that become part of their parent's: where a
 * partition has one of the same definition, PostgreSQL attaches it instead of making another.
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html
 */
export function takeOver(state: State, parent: IndexDeclaration): readonly IndexDeclaration[] {
  const [, ...below] = withPartitions(state, [tableOf(parent)]);
  const taken = below.map((table) =>
    state.found.find((index) => tableOf(index) === table && isSameDefinition(index, parent)),
  );
  return state.found.filter((index) => !taken.includes(index));
}

/** Tables, and every partition below them, down to the last leaf. */
export function withPartitions({ parents }: State, tables: readonly string[]): ReadonlySet<string> {
  const all = new Set(tables);
  // Grows while it is walked.
  for (const table of all) {
    for (const [child, parent] of parents) if (parent === table) all.add(child);
  }
  return all;
}

function isSameDefinition(a: IndexDeclaration, b: IndexDeclaration): boolean {
  return definition(a) === definition(b);
}

function definition(index: IndexDeclaration): string {
  const { columns, unique, nullsNotDistinct, include, predicate, accessMethod } = index;
  return JSON.stringify([columns, unique, nullsNotDistinct, include, predicate, accessMethod]);
}

export function attach(scope: Scope, parent: string, command: PartitionCmd): State {
  const { state } = scope;
  const child = labelOfRelation(scope, command.name);
  const attached = { ...state, parents: new Map(state.parents).set(child, parent) };
  const above = state.found.filter((index) => tableOf(index) === parent);
  const found = above.reduce(
    (left, index) => takeOver({ ...attached, found: left }, index),
    state.found,
  );
  return { ...attached, found };
}

/** A detached partition keeps its parts of the parent's indexes, under names of PostgreSQL's. */
export function detach(scope: Scope, parent: string, command: PartitionCmd): State {
  const parents = new Map(scope.state.parents);
  parents.delete(labelOfRelation(scope, command.name));
  return { ...scope.state, parents, found: refuseIf(scope, (index) => tableOf(index) === parent) };
}
