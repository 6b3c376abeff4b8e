// What a later look of a run may do of its own accord, kind by kind.
import { expect, test } from "vitest";
import { Foreseen } from "../../../providers/pgindex/src/engine/foresight/foreseen.ts";
import {
  alter,
  analyze,
  drop,
  dropPartitioned,
  reindex,
} from "../../../providers/pgindex/src/engine/plan/buildSteps.ts";
import type { Step } from "../../../providers/pgindex/src/engine/plan/step.ts";
import { declare, liveIndex } from "../../support/engine/engine.ts";

const desired = await declare({ table: "m", name: "m_idx", columns: ["state"] });
const why = "a test";
const BUILD = { kind: "build", name: "m_idx", sql: "CREATE INDEX …", locks: "", why } as const;
const ADOPT: Step = { kind: "adopt", why };
const REINDEX = reindex(desired, why);
const old = liveIndex({ name: "m_idx", oid: 7 });
const LEFT = liveIndex({ name: "m_idx", oid: 8, valid: false });
const RENAME = alter(['ALTER INDEX "public"."x" RENAME TO "m_idx"'], why);
const COMMENT = alter([`COMMENT ON INDEX "public"."m_idx" IS 'mine'`], why);
const ATTACH: Step = {
  ...alter(["ALTER INDEX p ATTACH PARTITION c"], why),
  on: { schema: "public", table: "c", oid: 9 },
};
const CONSTRAINT = alter(["ALTER TABLE m ADD CONSTRAINT …"], why);
const begun = (name: string, isNew = true) => [{ name, isNew }];

type Row = readonly [
  title: string,
  first: readonly Step[],
  later: readonly Step[],
  isCovered: boolean,
  own?: { readonly name: string; readonly isNew: boolean }[],
];

const ROWS: readonly Row[] = [
  [
    "what was planned, once more",
    [BUILD, RENAME, drop(old, why)],
    [BUILD, RENAME, drop(old, why)],
    true,
  ],
  ["the rest of it", [BUILD, RENAME, drop(old, why)], [drop(old, why)], true],
  ["adopting, analyzing and marking", [], [ADOPT, analyze(desired, "m_idx"), COMMENT], true],
  ["a build that was not planned", [ADOPT], [BUILD], false],
  ["a build where a rebuild was planned", [REINDEX], [BUILD], false],
  ["a rebuild where a build was planned", [BUILD], [REINDEX], true],
  ["a rebuild that was not planned", [RENAME], [REINDEX], false],
  [
    "the drop of another index under the name",
    [drop(old, why)],
    [drop({ ...old, oid: 17 }, why)],
    false,
  ],
  [
    "the drop of the same under another name",
    [drop(old, why)],
    [drop({ ...old, name: "z" }, why)],
    true,
  ],
  ["an INVALID index of somebody's", [BUILD], [drop(LEFT, why), BUILD], false],
  ["what its own build has left", [BUILD], [drop(LEFT, why), BUILD], true, begun("m_idx")],
  ["what its own build of another has left", [BUILD], [drop(LEFT, why)], false, begun("other")],
  [
    "an index that it was only rebuilding",
    [REINDEX],
    [drop(LEFT, why)],
    false,
    begun("m_idx", false),
  ],
  [
    "what its own rebuild has left",
    [REINDEX],
    [drop(liveIndex({ name: "m_idx_ccnew", oid: 9, valid: false }), why)],
    true,
    begun("m_idx", false),
  ],
  [
    "what its own interrupted drop has renamed",
    [BUILD],
    [drop(liveIndex({ name: "m_idx_pgindex_drop_8", oid: 8, valid: false }), why)],
    true,
    begun("m_idx"),
  ],
  [
    "a partitioned index that was to go",
    [dropPartitioned(old, why)],
    [dropPartitioned(old, why)],
    true,
  ],
  [
    "another partitioned index",
    [dropPartitioned(old, why)],
    [dropPartitioned({ ...old, oid: 17 }, why)],
    false,
  ],
  ["a partition that was attached meanwhile", [BUILD], [ATTACH], true],
  ["a partition where nothing was to be built", [COMMENT], [ATTACH], false],
  ["another rename", [RENAME], [alter(['ALTER INDEX "public"."y" RENAME TO "m_idx"'], why)], false],
  ["a constraint that was not planned", [BUILD], [CONSTRAINT], false],
];

const CASES = ROWS.map(([title, first, later, isCovered, own = []]) => {
  return { title, first, later, isCovered, own };
});

test.each(CASES)("$title: $isCovered", ({ first, later, isCovered, own }) => {
  const surprise = Foreseen.of({ whose: "own" }, first).surpriseIn({ whose: "own" }, later, own);
  expect(surprise === undefined).toBe(isCovered);
});

test.each([
  ["unmarked", "sibling", true],
  ["own", "sibling", true],
  ["sibling", "sibling", false],
  ["sibling", "own", false],
  ["unmarked", "own", false],
] as const)("%s at the first look, %s at a later one: taken: %s", (before, after, isTaken) => {
  const surprise = Foreseen.of({ whose: before }, [BUILD]).surpriseIn(
    { whose: after },
    [ADOPT],
    [],
  );
  expect(surprise?.kind).toBe(isTaken ? "taken" : undefined);
});

test("after a look at what stands as declared, only that", () => {
  const nothing = Foreseen.nothing();
  expect(nothing.surpriseIn({ whose: "own" }, [ADOPT, COMMENT], [])).toBeUndefined();
  expect(nothing.surpriseIn({ whose: "own" }, [BUILD], [])).toMatchObject({
    step: { kind: "build", sql: [BUILD.sql], drops: [] },
  });
});
