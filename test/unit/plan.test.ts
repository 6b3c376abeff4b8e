import { describe, expect, test } from "vitest";
import type { Difference, Verdict } from "../../providers/pgindex/src/engine/compare.ts";
import type { InvalidLeftover } from "../../providers/pgindex/src/engine/model.ts";
import { type Plan, plan } from "../../providers/pgindex/src/engine/plan.ts";
import { type Args, declare, liveIndex } from "../support/engine.ts";

const BASE = { table: "m", name: "m_state_idx", columns: ["state"] };
const CREATE = 'CREATE INDEX CONCURRENTLY "m_state_idx" ON "public"."m" USING "btree" ("state")';
const DROP = 'DROP INDEX CONCURRENTLY "public"."m_state_idx"';

const live = liveIndex();
const invalid = liveIndex({ valid: false });
const differences: Difference[] = [{ field: "unique", declared: "false", live: "true" }];

/** What a plan does, in short: the kind of each step, or the first line of the refusal. */
function inShort(result: Plan): string {
  if (result.kind === "refused") return result.advice.what;
  return result.steps.map((step) => step.kind).join(", ");
}

const REBUILD = "dropLeftover, build";
const REFUSED = "refused: index public.m_state_idx on public.m exists";

type Row = readonly [title: string, verdict: Verdict, expected: Record<InvalidLeftover, string>];

function always(outcome: string): Record<InvalidLeftover, string> {
  return { rebuild: outcome, rebuildAny: outcome, refuse: outcome };
}

const CASES: readonly Row[] = [
  ["absent", { kind: "absent" }, always("build")],
  ["same", { kind: "same", live }, always("adopt")],
  [
    "different",
    { kind: "different", live, differences },
    always(`${REFUSED} with another definition`),
  ],
  [
    "the name of a view",
    { kind: "otherRelation", relationKind: "view" },
    always("cannot build index public.m_state_idx on public.m: a view has that name"),
  ],
  [
    "an index of another table",
    { kind: "otherTable", live: liveIndex({ table: "other" }) },
    always(
      "cannot build index public.m_state_idx on public.m: an index of that name stands on table public.other",
    ),
  ],
  [
    "a drop that was interrupted",
    { kind: "dropping", live: liveIndex({ valid: false, ready: false, live: false }) },
    always(REBUILD),
  ],
  [
    "an INVALID leftover of this definition",
    { kind: "invalid", live: invalid, differences: [] },
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
    always(`${REFUSED} and is INVALID`),
  ],
];

const OPTIONS: readonly InvalidLeftover[] = ["rebuild", "rebuildAny", "refuse"];
const ROWS = CASES.flatMap(([title, verdict, expected]) =>
  OPTIONS.map((option) => [title, option, verdict, expected[option]] as const),
);

describe("what is done about", () => {
  test.each(ROWS)("%s, with invalidLeftover %s", async (_title, option, verdict, expected) => {
    expect(inShort(plan(verdict, await declare({ ...BASE, invalidLeftover: option })))).toBe(
      expected,
    );
  });
});

async function stepsFor(verdict: Verdict, args: Args = {}) {
  const result = plan(verdict, await declare({ ...BASE, ...args }));
  if (result.kind !== "steps") throw new Error(`refused: ${result.advice.what}`);
  return result.steps;
}

test("each step that runs carries its SQL, what it locks, and why", async () => {
  const steps = await stepsFor({ kind: "invalid", live: invalid, differences: [] });
  expect(steps.map((step) => "sql" in step && step.sql)).toEqual([DROP, CREATE]);
  for (const step of steps) {
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
    const result = plan(verdict, await declare({ ...BASE, invalidLeftover: "refuse" }));
    if (result.kind !== "refused") continue;
    expect(result.advice.why).toMatch(/\S/);
    expect(result.advice.fix).toMatch(/\S/);
  }
});

test("a valid index of another definition is never dropped, and the difference is named", async () => {
  const result = plan({ kind: "different", live, differences }, await declare(BASE));
  expect(result).toMatchObject({
    kind: "refused",
    advice: { why: expect.stringContaining("unique: declared false, found true") },
  });
});
