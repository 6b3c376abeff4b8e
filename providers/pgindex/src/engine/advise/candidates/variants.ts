import type { Access, Condition } from "../query/access";
import type { Candidate } from "./candidate";
import type { Figures } from "./figures";

const MOST_INCLUDED = 2;
const MOST_BYTES = 64;

/** With the few narrow columns that make the query need no row of the table. */
export function inclusions(
  candidate: Candidate,
  { relation, used }: Access,
  figures: Figures,
): Candidate[] {
  if (candidate.keys.some(({ expression }) => expression !== undefined)) return [];
  // An index with every column is the table once more.
  if (used.size === relation.columns?.length) return [];
  const keys = candidate.keys.map(({ column }) => column);
  const missing = [...used].filter((column) => !keys.includes(column));
  const bytes = missing.map((column) => figures.statistics(relation, column)?.avg_width ?? 32);
  const width = bytes.reduce((sum, each) => sum + each, 0);
  if (missing.length === 0 || missing.length > MOST_INCLUDED || width > MOST_BYTES) return [];
  return [{ ...candidate, include: missing.toSorted() }];
}

/** For the rows alone that a constant condition lets through. */
export function partials(candidate: Candidate, conditions: readonly Condition[]): Candidate[] {
  return conditions.flatMap((condition) => {
    if (condition.kind !== "test") return [];
    const { sql: predicate, columns } = condition;
    const rest = candidate.keys.filter(({ column }) => !columns.includes(column ?? ""));
    return [{ ...candidate, keys: rest.length > 0 ? rest : candidate.keys, predicate }];
  });
}
