import type { ObjectName } from "../../declare/desiredIndex";
import type { Relation } from "../../twin/production/production";

/** A key of an index that could be proposed, as `columns` of an `Index` has it. */
export interface CandidateKey {
  readonly column?: string;
  readonly expression?: string;
  readonly order?: "desc";
  readonly nulls?: "first" | "last";
  readonly operatorClass?: string | ObjectName;
}

/** An index that could be proposed. */
export interface Candidate {
  readonly relation: Relation;
  readonly method: "btree" | "gin" | "gist" | "brin";
  readonly keys: readonly CandidateKey[];
  readonly include: readonly string[];
  readonly predicate?: string;
  /** Its last keys are there for an order, which spares a sort. */
  readonly isOrdered: boolean;
}

/** Two with the same text are the same index. */
export function textOf({ relation, method, keys, include, predicate }: Candidate): string {
  return JSON.stringify([relation.oid, method, keys, include, predicate ?? null]);
}

/** As the arguments of an `Index`. */
export function argsOf(candidate: Candidate, name: string): Readonly<Record<string, unknown>> {
  const { relation, method, keys, include, predicate } = candidate;
  return {
    ...(relation.schema !== "public" && { schema: relation.schema }),
    table: relation.name,
    name,
    columns: keys.map((key) =>
      key.column !== undefined && Object.keys(key).length === 1 ? key.column : key,
    ),
    ...(include.length > 0 && { include }),
    ...(predicate !== undefined && { predicate }),
    ...(method !== "btree" && { accessMethod: method }),
  };
}

/**
 * Whether the first is the plainer index: without INCLUDE or predicate, or with only the first of
 * the other's keys.
 */
export function isPlainer(one: Candidate, other: Candidate): boolean {
  if (one.relation.oid !== other.relation.oid || textOf(one) === textOf(other)) return false;
  if (one.method === "brin" && other.method === "btree")
    return other.keys.length === 1 && sameKey(one.keys[0], other.keys[0]);
  if (one.method !== other.method) return false;
  if (one.predicate !== undefined && one.predicate !== other.predicate) return false;
  if (!one.include.every((column) => other.include.includes(column))) return false;
  if (one.predicate !== other.predicate) return true;
  return one.keys.every((key, i) => sameKey(key, other.keys[i]));
}

function sameKey(one: CandidateKey | undefined, other: CandidateKey | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
