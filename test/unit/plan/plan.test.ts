import { describe, expect, test } from "vitest";
import type {
  Difference,
  Verdict,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import type { InvalidLeftover } from "../../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { sqlsOf } from "../../../providers/pgindex/src/engine/plan/step.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import { type Intent, inShort, planFor, situation } from "../../support/engine/situation.ts";

const BASE = { table: "m", name: "m_state_idx", columns: ["state"] };
const CREATE = 'CREATE INDEX CONCURRENTLY "m_state_idx" ON "public"."m" USING "btree" ("state")';
const DROP_NAME = "m_state_idx_pgindex_drop_16400";
const DROP = [
  `ALTER INDEX "public"."m_state_idx" RENAME TO "${DROP_NAME}"`,
  `DROP INDEX CONCURRENTLY "public"."${DROP_NAME}"`,
];

const live = liveIndex();
const invalid = liveIndex({ valid: false });
const differences: Difference[] = [{ field: "unique", live: "true" }];
const tuned: Difference[] = [
  { field: "storageParameters", live: { fillfactor: "70" } },
  { field: "comment", declared: "mine" },
];
const commented: Difference[] = [{ field: "comment", declared: "mine", live: "theirs" }];

const REBUILD = "drop m_state_idx, build m_state_idx";
const REPLACE =
  "build m_state_idx_pgindex_new, " +
  "m_state_idx -> m_state_idx_pgindex_old; m_state_idx_pgindex_new -> m_state_idx, " +
  "drop m_state_idx_pgindex_old";
const REFUSED = "refused: index public.m_state_idx on public.m exists";
const CANNOT = "cannot build index public.m_state_idx on public.m:";

type Outcome = Record<InvalidLeftover, string> | Record<Intent, string> | string;
type Row = readonly [title: string, verdict: Verdict, expected: Outcome, args?: Args];

const CASES: readonly Row[] = [
  ["absent", { kind: "absent" }, "build m_state_idx"],
  ["same", { kind: "same", live }, "adopt"],
  [
    "another definition",
    { kind: "different", live, differences },
    { create: `${REFUSED} with another definition`, update: REPLACE },
  ],
  [
    "another definition, beside what could be altered",
    { kind: "different", live, differences: [...differences, ...tuned] },
    { create: `${REFUSED} with another definition`, update: REPLACE },
  ],
  [
    "the index of a DEFERRABLE constraint",
    { kind: "different", live, differences: [...tuned, { field: "deferrable", live: "true" }] },
    `${REFUSED} as the index of a DEFERRABLE constraint`,
  ],
  [
    "the index of an EXCLUDE constraint",
    { kind: "different", live, differences: [...tuned, { field: "exclusion", live: "true" }] },
    `${REFUSED} as the index of an EXCLUDE or WITHOUT OVERLAPS constraint`,
  ],
  [
    "other storage parameters",
    { kind: "alterable", live, differences: tuned },
    {
      create: `${REFUSED} with another definition`,
      update: "ALTER INDEX m_state_idx RESET (fillfactor); COMMENT ON INDEX m_state_idx IS 'mine'",
    },
    { comment: "mine" },
  ],
  [
    "another comment",
    { kind: "alterable", live, differences: commented },
    "COMMENT ON INDEX m_state_idx IS 'mine'",
    { comment: "mine" },
  ],
  [
    "the name of a view",
    { kind: "otherRelation", relationKind: "view" },
    `${CANNOT} a view has that name`,
  ],
  [
    "an index of another table",
    { kind: "otherTable", live: liveIndex({ table: "other" }) },
    `${CANNOT} table public.other has an index with that name`,
  ],
  [
    "a drop that was interrupted",
    { kind: "dropping", live: liveIndex({ valid: false, ready: false, live: false }) },
    REBUILD,
  ],
  [
    "an INVALID leftover of this definition",
    { kind: "invalid", live: invalid, differences: [] },
    { rebuild: REBUILD, rebuildAny: REBUILD, refuse: `${REFUSED} and is INVALID` },
  ],
  [
    "an INVALID leftover with other storage parameters",
    { kind: "invalid", live: invalid, differences: tuned },
    { rebuild: REBUILD, rebuildAny: REBUILD, refuse: `${REFUSED} and is INVALID` },
  ],
  [
    "an INVALID leftover of another definition",
    { kind: "invalid", live: invalid, differences },
    {
      rebuild: `${REFUSED}, is INVALID, and has another definition`,
      rebuildAny: REBUILD,
      refuse: `${REFUSED} and is INVALID`,
    },
  ],
  [
    "an INVALID index behind a constraint",
    { kind: "invalid", live: liveIndex({ valid: false, constraint: "m_key" }), differences: [] },
    `${REFUSED} and is INVALID`,
  ],
];

const OPTIONS: readonly InvalidLeftover[] = ["rebuild", "rebuildAny", "refuse"];
const INTENTS: readonly Intent[] = ["create", "update"];
const ROWS = CASES.flatMap(([title, verdict, expected, args]) =>
  OPTIONS.flatMap((option) =>
    INTENTS.map((intent) => {
      const byKey: Partial<Record<string, string>> = typeof expected === "string" ? {} : expected;
      const outcome = typeof expected === "string" ? expected : (byKey[option] ?? byKey[intent]);
      return { title, verdict, intent, args: { ...args, invalidLeftover: option }, outcome };
    }),
  ),
);

describe("what is done about", () => {
  test.each(ROWS)("$title, to $intent, with $args", async ({ verdict, intent, args, outcome }) => {
    const desired = await declare({ ...BASE, ...args });
    expect(inShort(planFor(situation(verdict), desired, intent))).toBe(outcome);
  });
});

async function stepsFor(verdict: Verdict, args: Args = {}) {
  const result = planFor(situation(verdict), await declare({ ...BASE, ...args }), "update");
  if (result.kind !== "steps") throw new Error(`refused: ${result.advice.what}`);
  return result.steps;
}

test("each step that runs carries its SQL, what it locks, and why", async () => {
  const steps = await stepsFor({ kind: "invalid", live: invalid, differences: [] });
  expect(steps.flatMap(sqlsOf)).toEqual([...DROP, CREATE]);
  const all = [...steps, ...(await stepsFor({ kind: "different", live, differences }))];
  expect(all).toHaveLength(5);
  for (const step of all) {
    expect(step).toMatchObject({ locks: expect.stringMatching(/reads and writes go on/) });
    expect(step.why).toMatch(/\S/);
  }
});

test("an index on an expression is followed by ANALYZE, which gives it statistics", async () => {
  const steps = await stepsFor({ kind: "absent" }, { columns: [{ expression: "lower(state)" }] });
  expect(steps.map((step) => step.kind)).toEqual(["build", "analyze"]);
  expect(steps[1]).toMatchObject({ sql: 'ANALYZE "public"."m"' });
});

test("every refusal says why and what to write", async () => {
  for (const [, verdict] of CASES) {
    const desired = await declare({ ...BASE, invalidLeftover: "refuse" });
    const result = planFor(situation(verdict), desired, "create");
    if (result.kind !== "refused") continue;
    expect(result.advice.why).toMatch(/\S/);
    expect(result.advice.fix).toMatch(/\S/);
  }
});

test("a valid index not yet ours is never dropped, and the difference is named", async () => {
  const verdict: Verdict = { kind: "different", live, differences };
  expect(planFor(situation(verdict), await declare(BASE), "create")).toMatchObject({
    kind: "refused",
    advice: { why: expect.stringContaining("unique: declared none, found true") },
  });
});
