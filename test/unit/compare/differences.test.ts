import { describe, expect, test } from "vitest";
import type { LiveIndex } from "../../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import {
  compare,
  differencesOf,
  managedPart,
  renderDifferences,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import {
  type CanonicalIndex,
  FIELD_NAMES,
  fieldsWith,
} from "../../../providers/pgindex/src/engine/declare/indexFields.ts";
import { liveIndex } from "../../support/engine/engine.ts";

const live = liveIndex();
const desired = { table: live.table };

function verdictOf(index: LiveIndex, declared: CanonicalIndex = live.canonical) {
  return compare(desired, declared, { kind: "index", index });
}

/** Another value is another index, which has to be built. */
const CHANGES: readonly (readonly [field: string, change: CanonicalIndex])[] = [
  ["accessMethod", { accessMethod: "hash" }],
  ["unique", { unique: "true" }],
  ["nullsNotDistinct", { nullsNotDistinct: "true" }],
  ["columns", { columns: "state pg_catalog.text_pattern_ops" }],
  ["include", { include: "created_at" }],
  ["predicate", { predicate: "(state IS NOT NULL)" }],
  ["deferrable", { deferrable: "true" }],
  ["exclusion", { exclusion: "true" }],
];

/** Another value is set on the index that stands. */
const ALTERATIONS: readonly (readonly [field: string, change: CanonicalIndex])[] = [
  ["storageParameters", { storageParameters: { fillfactor: "70" } }],
  ["tablespace", { tablespace: "slow" }],
  ["statistics", { statistics: { 1: 500 } }],
  ["comment", { comment: "sign-in" }],
  ["constraint", { constraint: "unique" }],
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

describe("what can be altered is altered, when nothing else differs", () => {
  test.each(ALTERATIONS)("%s %j", (field, change) => {
    const declared = { ...live.canonical, ...change };
    expect(verdictOf(live, declared)).toMatchObject({
      kind: "alterable",
      differences: [{ field }],
    });
    expect(verdictOf(live, { ...declared, unique: "true" })).toMatchObject({
      kind: "different",
      differences: [{ field: "unique" }, { field }],
    });
  });

  test("a constraint can be added, and not exchanged for another", () => {
    const backing = liveIndex({ canonical: { ...live.canonical, constraint: "unique" } });
    const declared = { ...live.canonical, constraint: "primaryKey" };
    expect(verdictOf(backing, declared)).toMatchObject({
      kind: "different",
      differences: [{ field: "constraint", declared: "primaryKey", live: "unique" }],
    });
  });
});

describe("counts only where it is declared", () => {
  const MANAGED = ALTERATIONS.filter(([field]) => field !== "storageParameters");
  test.each(MANAGED)("%s %j", (field, change) => {
    const { tablespace: _, ...undeclared } = live.canonical;
    const found = { ...live.canonical, ...change };
    expect(differencesOf(undeclared, found)).toEqual([]);
    expect(managedPart(found, undeclared)).toStrictEqual(undeclared);
    expect(verdictOf(liveIndex({ canonical: found }), undeclared).kind).toBe("same");

    const { [field]: value } = change as Record<string, string | object>;
    const none = typeof value === "object" ? {} : "";
    const declared = { ...undeclared, [field]: none };
    expect(differencesOf(declared, found)).toEqual([{ field, declared: undefined, live: value }]);
    expect(managedPart(found, declared)).toEqual({ ...undeclared, [field]: value });
    expect(managedPart(undeclared, declared)).toEqual(declared);
    expect(differencesOf(declared, undeclared)).toEqual([]);
  });
});

test("storage parameters count always: a value that nobody declares is taken away", () => {
  const tuned = { ...live.canonical, storageParameters: { fillfactor: "70" } };
  expect(verdictOf(liveIndex({ canonical: tuned }))).toMatchObject({
    kind: "alterable",
    differences: [{ field: "storageParameters", declared: undefined, live: { fillfactor: "70" } }],
  });
  expect(managedPart(tuned, {})).toMatchObject({ storageParameters: { fillfactor: "70" } });
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
    differences: [{ field: "unique", declared: "true", live: undefined }],
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
      { field: "predicate", live: "(a > 0)" },
      { field: "unique", declared: "true" },
      { field: "storageParameters", declared: { fillfactor: "70", x: "a, b" } },
      { field: "statistics", live: { 2: 500 } },
    ]),
  ).toBe(
    "predicate: declared none, found (a > 0); unique: declared true, found none; " +
      "storageParameters: declared fillfactor=70, x='a, b', found none; " +
      "statistics: declared none, found 2=500",
  );
});

test("every field of the table is one or the other", () => {
  const tested = [...CHANGES, ...ALTERATIONS].map(([field]) => field);
  expect(tested.sort()).toEqual([...FIELD_NAMES].sort());
  expect(fieldsWith("change", "replace")).toEqual(CHANGES.map(([field]) => field));
});
