import { namePattern } from "../../text/pattern";
import type { Relation } from "../../twin/production/production";
import type { Candidate } from "../candidates/candidate";
import type { Write } from "../query/access";

/** How often the workload writes rows of a table, and how. */
export interface CountedWrite extends Write {
  /** All calls together. */
  readonly total: number;
}

/** What is known of the updates of a table. */
export interface Heat {
  /** Which share of its updates is heap-only, and touches no index. */
  readonly hotShare: number;
}

/** A GIN index has several entries for a row; a BRIN index hardly any. */
const ENTRIES: Readonly<Record<Candidate["method"], number>> = {
  btree: 1,
  gist: 1.5,
  gin: 3,
  brin: 0.05,
};

/**
 * What an index costs the writes of its table and of that table's partitions, in the planner's
 * units: an entry counts as one page at random (`random_page_cost`), which has to be read and
 * written.
 */
export function writePrice(
  candidate: Candidate,
  writes: readonly CountedWrite[],
  heatOf: (relation: Relation) => Heat,
  pageCost: number,
): number {
  const entries = writes.reduce(
    (sum, write) => sum + write.total * shareOf(write, candidate, heatOf),
    0,
  );
  return entries * ENTRIES[candidate.method] * pageCost;
}

/** How many entries a written row makes. */
function shareOf(
  { kind, columns, relation }: CountedWrite,
  candidate: Candidate,
  heatOf: (relation: Relation) => Heat,
): number {
  // VACUUM takes them out, many at once.
  if (kind === "delete") return 0;
  if (kind === "insert") return 1;
  const { hotShare } = heatOf(relation);
  // An update that was heap-only, and no longer is, writes to every index of the table.
  return columns.some((column) => isIn(column, candidate)) ? 1 + hotShare : 1 - hotShare;
}

function isIn(column: string, { keys, include, predicate }: Candidate): boolean {
  const word = namePattern(column);
  const expressions = [...keys.map(({ expression }) => expression), predicate];
  return (
    keys.some((key) => key.column === column) ||
    include.includes(column) ||
    expressions.some((each) => each !== undefined && word.test(each))
  );
}
