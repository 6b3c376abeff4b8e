import { describe, expect, test } from "vitest";
import type { Difference } from "../../../providers/pgindex/src/engine/compare/differences.ts";
import { fieldsWith } from "../../../providers/pgindex/src/engine/declare/indexFields.ts";
import { alterSteps } from "../../../providers/pgindex/src/engine/plan/alterSteps.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import {
  type Intent,
  inShort,
  planFor,
  situation,
  stepInShort,
} from "../../support/engine/situation.ts";

const BASE = { table: "m", name: "i", columns: ["a", { expression: "lower(b)" }] };
type Row = readonly [title: string, args: Args, difference: Difference, steps: string[]];

const storage = (live?: Record<string, string>): Difference => ({
  field: "storageParameters",
  live,
});
const statistics = (live: Record<string, number>): Difference => ({ field: "statistics", live });
const target = (statistics?: number) => ({
  columns: ["a", { expression: "lower(b)", statistics }],
});

const CASES: readonly Row[] = [
  [
    "a parameter is set",
    { storageParameters: { fillfactor: 70 } },
    storage(),
    ["ALTER INDEX i SET (fillfactor = '70')"],
  ],
  [
    "one is set and others are reset",
    { storageParameters: { fillfactor: 70 } },
    storage({ buffering: "auto", deduplicate_items: "off", fillfactor: "90" }),
    ["ALTER INDEX i SET (fillfactor = '70'); ALTER INDEX i RESET (buffering, deduplicate_items)"],
  ],
  [
    "a text with commas and brackets is one value",
    { storageParameters: { body: '{"a": 1, "B": 2}' } },
    storage({ body: '{"a": 1, "b": 2}', old: "x=1, y" }),
    [`ALTER INDEX i SET (body = '{a: 1, B: 2}'); ALTER INDEX i RESET (old)`],
  ],
  ["all are reset", {}, storage({ fillfactor: "90" }), ["ALTER INDEX i RESET (fillfactor)"]],
  [
    "a comment is written",
    { comment: "it's mine" },
    { field: "comment", declared: "it's mine" },
    ["COMMENT ON INDEX i IS 'it''s mine'"],
  ],
  [
    "a comment is removed",
    { comment: "" },
    { field: "comment", live: "theirs" },
    ["COMMENT ON INDEX i IS ''"],
  ],
  [
    "a statistics target is set, and gathered",
    target(500),
    statistics({}),
    ["ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 500", "analyze i"],
  ],
  [
    "a target that is no longer declared goes back to the default",
    { columns: [{ expression: "lower(a)", statistics: 9 }, { expression: "lower(b)" }] },
    statistics({ 1: 100, 2: 500 }),
    [
      "ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9; ALTER INDEX i ALTER COLUMN 2 SET " +
        "STATISTICS -1",
      "analyze i",
    ],
  ],
  [
    "a constraint is added",
    { constraint: "unique", columns: ["a"] },
    { field: "constraint", declared: "unique" },
    ["ALTER TABLE m ADD CONSTRAINT i UNIQUE USING INDEX i"],
  ],
  [
    "another tablespace is a rebuild there",
    { tablespace: "fast" },
    { field: "tablespace", declared: "fast", live: "pg_default" },
    ["reindex i"],
  ],
];

describe("altered in place", () => {
  test.each(CASES)("%s", async (_title, args, difference, expected) => {
    const steps = alterSteps(await declare({ ...BASE, ...args }), {
      live: liveIndex({ name: "i" }),
      differences: [difference],
    });
    expect(steps.map(stepInShort)).toEqual(expected);
    for (const step of steps) expect(step.why).toMatch(/\S/);
  });

  test("everything together: short statements in one transaction, then longer ones", async () => {
    const declared = { ...target(500), comment: "mine", tablespace: "fast" };
    const steps = alterSteps(await declare({ ...BASE, ...declared }), {
      live: liveIndex({ name: "i" }),
      differences: [
        storage({ fillfactor: "90" }),
        { field: "tablespace", declared: "fast", live: "pg_default" },
        statistics({}),
        { field: "comment", declared: "mine" },
      ],
    });
    expect(steps.map(stepInShort)).toEqual([
      "ALTER INDEX i RESET (fillfactor); ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 500; " +
        "COMMENT ON INDEX i IS 'mine'",
      "analyze i",
      "reindex i",
    ]);
    expect(steps[2]).toMatchObject({
      sql: 'REINDEX (TABLESPACE "fast", CONCURRENTLY) INDEX "public"."i"',
    });
  });
});

const REPLACED =
  "build i_pgindex_new, analyze i_pgindex_new, i -> i_pgindex_old; i_pgindex_new -> i, drop " +
  "i_pgindex_old";

test.each(fieldsWith("change", "replace"))(
  "%s of an index that stands is never altered",
  async (field) => {
    const differences = [{ field } as Difference];
    const standing = { live: liveIndex({ name: "i" }), differences };
    const desired = await declare({ ...BASE, columns: ["a"] });
    expect(() => alterSteps(desired, standing)).toThrow(`${field} of an existing index cannot be`);
  },
);

describe("an alteration that the server cannot make", () => {
  const moved: Difference = { field: "tablespace", declared: "fast", live: "pg_default" };

  test.each([
    [130_000, "update", REPLACED],
    [140_000, "update", "reindex i"],
    [130_000, "create", "refused: index public.i on public.m exists with another definition"],
    [140_000, "create", "refused: index public.i on public.m exists with another definition"],
  ] as const)(
    "a move to another tablespace on %i, to %s",
    async (serverVersion, intent, expected) => {
      const verdict = {
        kind: "alterable",
        live: liveIndex({ name: "i" }),
        differences: [moved],
      } as const;
      const desired = await declare({ ...BASE, tablespace: "fast" });
      expect(inShort(planFor(situation(verdict, { serverVersion }), desired, intent))).toBe(
        expected,
      );
    },
  );
});

test.each<Intent>(["create", "update"])(
  "a comment, statistics and a constraint are additions, also to %s",
  async (intent) => {
    const desired = await declare({
      ...BASE,
      columns: ["a"],
      constraint: "unique",
      comment: "mine",
    });
    const differences: Difference[] = [
      { field: "comment", declared: "mine" },
      { field: "constraint", declared: "unique" },
    ];
    const verdict = { kind: "alterable", live: liveIndex({ name: "i" }), differences } as const;
    expect(inShort(planFor(situation(verdict), desired, intent))).toBe(
      "COMMENT ON INDEX i IS 'mine', ALTER TABLE m ADD CONSTRAINT i UNIQUE USING INDEX i",
    );
  },
);
