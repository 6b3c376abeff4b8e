import { describe, expect, test } from "vitest";
import {
  compare,
  differencesOf,
  renderDifferences,
} from "../../providers/pgindex/src/engine/compare.ts";
import type { CanonicalIndex, LiveIndex } from "../../providers/pgindex/src/engine/model.ts";
import { liveIndex } from "../support/engine.ts";

const live = liveIndex();
const desired = { table: live.table };

function verdictOf(index: LiveIndex, declared: CanonicalIndex = live.canonical) {
  return compare(desired, declared, { kind: "index", index });
}

const CHANGES: readonly (readonly [field: string, change: CanonicalIndex])[] = [
  ["accessMethod", { accessMethod: "hash" }],
  ["unique", { unique: "true" }],
  ["nullsNotDistinct", { nullsNotDistinct: "true" }],
  ["columns", { columns: "state pg_catalog.text_pattern_ops" }],
  ["include", { include: "created_at" }],
  ["predicate", { predicate: "(state IS NOT NULL)" }],
  ["storageParameters", { storageParameters: "fillfactor=70" }],
];

describe("a changed definition differs, in the field that was changed", () => {
  test.each(CHANGES)("%s %j", (field, change) => {
    const declared = { ...live.canonical, ...change };
    expect(verdictOf(live, declared)).toMatchObject({
      kind: "different",
      differences: [{ field }],
    });
    expect(verdictOf(liveIndex({ canonical: declared }))).toMatchObject({
      kind: "different",
      differences: [{ field }],
    });
  });
});

test("an equal definition is the same index", () => {
  expect(verdictOf(live, structuredClone(live.canonical))).toEqual({ kind: "same", live });
});

test("a tablespace counts only where one is declared", () => {
  const elsewhere = { ...live.canonical, tablespace: "slow" };
  expect(differencesOf(elsewhere, live.canonical, false)).toEqual([]);
  expect(differencesOf(elsewhere, live.canonical, true)).toEqual([
    { field: "tablespace", declared: "slow", live: "pg_default" },
  ]);
  const observed = { kind: "index", index: live } as const;
  expect(compare({ ...desired, tablespace: "slow" }, elsewhere, observed).kind).toBe("different");
  expect(compare(desired, elsewhere, observed).kind).toBe("same");
});

const STATES: readonly (readonly [title: string, state: Partial<LiveIndex>, kind: string])[] = [
  ["valid, ready, live", {}, "same"],
  ["not valid: a build that failed late", { valid: false }, "invalid"],
  ["nor ready: a build that failed early", { valid: false, ready: false }, "invalid"],
  ["valid but not ready", { ready: false }, "invalid"],
  [
    "not live: a drop that was interrupted",
    { valid: false, ready: false, live: false },
    "dropping",
  ],
  ["on another table", { table: "other" }, "otherTable"],
  ["on another table, and INVALID", { table: "other", valid: false }, "otherTable"],
];

describe("the state in the catalog decides before the definition does", () => {
  test.each(STATES)("%s", (_title, state, kind) => {
    expect(verdictOf(liveIndex(state)).kind).toBe(kind);
  });
});

test("an INVALID index says whether it would be the declared one", () => {
  const invalid = liveIndex({ valid: false });
  expect(verdictOf(invalid)).toMatchObject({ kind: "invalid", differences: [] });
  expect(verdictOf(invalid, { ...live.canonical, unique: "true" })).toMatchObject({
    kind: "invalid",
    differences: [{ field: "unique", declared: "true", live: "" }],
  });
});

test("what is no index passes through", () => {
  expect(compare(desired, live.canonical, { kind: "absent" })).toEqual({ kind: "absent" });
  expect(compare(desired, live.canonical, { kind: "otherRelation", relationKind: "view" })).toEqual(
    { kind: "otherRelation", relationKind: "view" },
  );
});

test("differences are told with both sides", () => {
  expect(
    renderDifferences([
      { field: "predicate", declared: "", live: "(a > 0)" },
      { field: "unique", declared: "true", live: "" },
    ]),
  ).toBe("predicate: declared none, found (a > 0); unique: declared true, found none");
});
