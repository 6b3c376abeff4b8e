import { describe, expect, test } from "vitest";
import {
  differencesSince,
  type RecordedForm,
} from "../../../providers/pgindex/src/engine/compare/recordedForm.ts";
import type { CanonicalIndex } from "../../../providers/pgindex/src/engine/declare/indexFields.ts";

import { SECRET } from "../../../providers/pgindex/src/engine/text/secret.ts";

const FORM = { accessMethod: "btree", columns: "a pg_catalog.int4_ops" };

type Row = readonly [title: string, recorded: RecordedForm, live: CanonicalIndex, fields: string[]];

/** What release 0.1 wrote, and what stands there. */
const CASES: readonly Row[] = [
  ["no parameters", {}, {}, []],
  [
    "the same parameters, in another order",
    { storageParameters: "deduplicate_items=off, fillfactor=70" },
    { storageParameters: { fillfactor: "70", deduplicate_items: "off" } },
    [],
  ],
  [
    "another value",
    { storageParameters: "fillfactor=70" },
    { storageParameters: { fillfactor: "90" } },
    ["storageParameters"],
  ],
  ["a value that is gone", { storageParameters: "fillfactor=70" }, {}, ["storageParameters"]],
  ["a value that is new", {}, { storageParameters: { fillfactor: "9" } }, ["storageParameters"]],
  [
    "a text with commas and capitals, which 0.1 kept in lower case",
    { storageParameters: 'fields={"a": 1, "b": 2}, x=on' },
    { storageParameters: { x: "TRUE", fields: '{"A": 1, "b": 2}' } },
    [],
  ],
  [
    "another text with commas",
    { storageParameters: 'fields={"a": 1, "b": 2}' },
    { storageParameters: { fields: '{"a": 1, "b": 3}' } },
    ["storageParameters"],
  ],
  ["the same targets", { statistics: "2=500, 4=1000" }, { statistics: { 2: 500, 4: 1000 } }, []],
  ["another target", { statistics: "2=500" }, { statistics: { 2: 100 } }, ["statistics"]],
  ["no targets, on purpose", { statistics: "" }, {}, []],
  ["no targets, on purpose, and one", { statistics: "" }, { statistics: { 1: 1 } }, ["statistics"]],
  ["targets that nobody manages", {}, { statistics: { 2: 100 } }, []],
];

describe("a form that release 0.1 recorded", () => {
  test.each(CASES)("%s", (_title, recorded, live, fields) => {
    const differences = differencesSince({ ...FORM, ...recorded }, { ...FORM, ...live });
    expect(differences.map(({ field }) => field)).toEqual(fields);
  });
});

test("a form of today is compared as it is", () => {
  const today = { ...FORM, storageParameters: { fields: "A, b=1" }, statistics: { 2: 500 } };
  expect(differencesSince(today, structuredClone(today))).toEqual([]);
  expect(differencesSince(today, { ...today, storageParameters: { fields: "a, b=1" } })).toEqual([
    {
      field: "storageParameters",
      declared: { fields: "A, b=1" },
      live: { fields: "a, b=1" },
    },
  ]);
});

test("a form that an export of the state hides is that of any index", () => {
  expect(differencesSince(SECRET, FORM as CanonicalIndex)).toEqual([]);
});
