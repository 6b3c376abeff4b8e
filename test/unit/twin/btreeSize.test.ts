import { describe, expect, test } from "vitest";
import {
  btreeShape,
  heightOf,
  tupleBytes,
} from "../../../providers/pgindex/src/engine/twin/size/btreeSize.ts";
import type { IndexColumn } from "../../../providers/pgindex/src/engine/twin/size/indexParts.ts";

const INT: IndexColumn = {
  name: "a",
  column: "a",
  expression: null,
  isKey: true,
  length: 4,
  alignment: 4,
  operatorClass: "int4_ops",
  operatorSchema: "pg_catalog",
  isEqualImage: true,
  type: "integer",
  nullFraction: 0,
  present: 1,
  width: 4,
  distinct: -1,
  commonFrequencies: null,
  elements: null,
  elementFrequencies: null,
  elementCounts: null,
};
const TEXT: IndexColumn = { ...INT, length: -1, type: "text", width: 20 };
const ROWS = 1_000_000;

interface Shaped {
  readonly rows?: number;
  readonly tableRows?: number;
  readonly isUnique?: boolean;
  readonly options?: Readonly<Record<string, string>>;
}
const shape = (column: Partial<IndexColumn>, { rows = ROWS, ...more }: Shaped = {}) =>
  btreeShape(rows, {
    oid: 1,
    schema: "public",
    name: "t_a_idx",
    method: "btree",
    tableSchema: "public",
    table: "t",
    isUnique: false,
    options: {},
    tablePages: 10_000,
    tableRows: ROWS,
    columns: [{ ...INT, ...column }],
    ...more,
  });

/** As REINDEX on PostgreSQL 18 has left them, in pages. */
describe("the length of a new btree of a million integers", () => {
  const rows: readonly (readonly [string, Partial<IndexColumn>, Shaped, number])[] = [
    ["unique", {}, { isUnique: true }, 2_745],
    ["all different", {}, {}, 2_745],
    ["ten values", { distinct: 10 }, {}, 850],
    ["ten values, each apart", { distinct: 10 }, { options: { deduplicate_items: "off" } }, 2_745],
    ["one value, of which nothing else is known", { distinct: 1, present: null }, {}, 850],
    ["half full", {}, { options: { fillfactor: "50" } }, 4_951],
    ["all null", { nullFraction: 1, present: 0, distinct: 0 }, {}, 850],
  ];
  test.each(rows)("%s", (_, column, more, pages) => {
    const found = shape(column, more);
    expect(found.pages / pages).toBeGreaterThan(0.9);
    expect(found.pages / pages).toBeLessThan(1.15);
    expect(found.height).toBe(2);
  });
});

test("no row has the value that a predicate asks for", () => {
  const none = { nullFraction: 0, present: 0, distinct: 0 };
  expect(shape(none, { rows: 1 })).toEqual({ pages: 2, height: 0 });
});

test("a page has one key at least, however wide that is and however empty pages are kept", () => {
  const { pages } = shape(
    { ...TEXT, width: 2_000, distinct: -1 },
    { options: { fillfactor: "10" } },
  );
  // 1.5 for each of 2,000 rows on PostgreSQL 18.
  expect(pages / ROWS).toBeGreaterThan(1.4);
  expect(pages / ROWS).toBeLessThan(1.6);
  // What is wider than a third of a page is compressed, or refused.
  const huge = shape({ ...TEXT, width: 20_000 });
  expect(huge.pages).toBeGreaterThan(ROWS / 4);
  expect(huge.pages).toBeLessThan(ROWS);
});

test("common values and the rest take what each takes", () => {
  const common = Array.from({ length: 50 }, () => 0.01);
  const half = shape({ distinct: -0.5, commonFrequencies: common });
  expect(half.pages).toBeGreaterThan(shape({ distinct: 100 }).pages);
  expect(half.pages).toBeLessThan(shape({}).pages);
  // As if there were a tenth as many values as rows, where ANALYZE does not say.
  expect(shape({ distinct: null })).toEqual(shape({ distinct: ROWS / 10 }));
});

test("a row more than fills a list of rows is an entry of its own", () => {
  const one = { distinct: 1, commonFrequencies: [1] };
  expect(shape(one, { rows: 133, tableRows: 133 })).toEqual({ pages: 2, height: 0 });
});

test("three columns with a hundred common values each are reckoned in groups", () => {
  const column = {
    ...INT,
    distinct: 200,
    commonFrequencies: Array.from({ length: 100 }, () => 0.009),
  };
  const { pages } = btreeShape(ROWS, {
    ...{ oid: 1, schema: "public", name: "i", method: "btree", tableSchema: "public", table: "t" },
    ...{ isUnique: false, options: {}, tablePages: 10_000, tableRows: ROWS },
    columns: [column, column, column],
  });
  expect(pages).toBeGreaterThan(2_000);
  expect(pages).toBeLessThan(4_500);
});

test("a tuple is aligned, has a bitmap where it has nulls, and a short header where it is short", () => {
  expect(tupleBytes([INT])).toBe(16);
  expect(tupleBytes([INT, INT, INT])).toBe(24);
  expect(tupleBytes([{ ...INT, nullFraction: 0.5 }])).toBe(8 + 4 + 2 + 3.5);
  expect(tupleBytes([TEXT])).toBe(8 + 20 + 3.5);
  expect(tupleBytes([{ ...TEXT, width: null }])).toBe(8 + 16 + 3.5);
  expect(
    tupleBytes([
      { ...INT, length: 2 },
      { ...TEXT, width: 200 },
    ]),
  ).toBe(8 + 4 + 200 + 3.5);
});

test.each([
  [0, 0],
  [2, 0],
  [3, 1],
  [252, 2],
  [60_000, 2],
])("a btree of %d pages has %d levels above its leaves", (pages, height) => {
  expect(heightOf(pages)).toBe(height);
});
