import { describe, expect, test } from "vitest";
import type { Candidate } from "../../../providers/pgindex/src/engine/advise/candidates/candidate.ts";
import { writePrice } from "../../../providers/pgindex/src/engine/advise/choice/writes.ts";
import type { Relation } from "../../../providers/pgindex/src/engine/twin/production/production.ts";

const relation = { oid: 1, schema: "public", name: "t" } as Relation;

/** What a hundred updates of a column cost, of which half would be heap-only without the index. */
function priceOfUpdates(column: string, index: Partial<Candidate>): number {
  const candidate = { relation, method: "btree", keys: [], include: [], isOrdered: false } as const;
  const update = { relation, kind: "update", columns: [column], total: 100 } as const;
  return writePrice({ ...candidate, ...index }, [update], () => ({ hotShare: 0.5 }), 1);
}

describe("an update costs an index more if it sets what the index reads", () => {
  test.each<[column: string, index: Partial<Candidate>, price: number]>([
    ["body", { keys: [{ column: "body" }] }, 150],
    ["body", { keys: [{ column: "id" }] }, 50],
    ["body", { keys: [{ column: "id" }], include: ["body"] }, 150],
    ["body", { keys: [{ expression: "lower(body)" }] }, 150],
    ["body", { keys: [{ expression: "lower(body2)" }] }, 50],
    ["body", { keys: [{ column: "id" }], predicate: "body IS NOT NULL" }, 150],
    // Names that `\b` knows no edge of.
    ["état", { keys: [{ expression: 'lower("état")' }] }, 150],
    ["état", { keys: [{ expression: 'lower("états")' }] }, 50],
    ["имя", { keys: [{ column: "id" }], predicate: '"имя" IS NOT NULL' }, 150],
    ["a-b", { keys: [{ column: "id" }], predicate: '"a-b" > 0' }, 150],
  ])("%s, %o", (column, index, price) => expect(priceOfUpdates(column, index)).toBe(price));
});
