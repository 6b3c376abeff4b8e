import { describe, expect, test } from "vitest";
import {
  type GinKeys,
  ginShape,
  keysOf,
} from "../../../providers/pgindex/src/engine/twin/size/ginSize.ts";
import type { IndexColumn } from "../../../providers/pgindex/src/engine/twin/size/indexParts.ts";

const ROWS = 100_000;
const PAGES = 1_000;
const NONE: GinKeys = { perRow: 1, frequencies: [], others: 0, othersPerRow: 0, keyBytes: 8 };
const shape = (...keys: readonly Partial<GinKeys>[]) =>
  ginShape(
    ROWS,
    PAGES,
    keys.map((each) => ({ ...NONE, ...each })),
  );

describe("what a GIN consists of", () => {
  test("nothing but its metapage, its list of the pending, and one page of entries", () => {
    expect(shape()).toEqual({ pages: 3, entryPages: 1, dataPages: 0, entries: 0 });
  });

  test("a key that every row has is a tree of its own, a rare one stands with its entry", () => {
    const common = shape({ frequencies: [1] });
    expect(common).toMatchObject({ entries: 1, entryPages: 1 });
    // A byte for each row: as they follow one another.
    expect(common.dataPages).toBeGreaterThanOrEqual(13);
    expect(common.dataPages).toBeLessThan(20);
    expect(shape({ frequencies: [0.01] })).toMatchObject({ entries: 1, dataPages: 0 });
  });

  test("many keys are many pages, with a level above them", () => {
    const { entries, entryPages, dataPages } = shape({ others: 50_000, othersPerRow: 2 });
    expect(entries).toBe(50_000);
    expect(dataPages).toBe(0);
    expect(entryPages).toBeGreaterThan(250);
    expect(entryPages).toBeLessThan(450);
  });

  test("keys of which each row has some are a tree each", () => {
    const { dataPages } = shape({ others: 3, othersPerRow: 1 });
    expect(dataPages % 3).toBe(0);
    expect(dataPages).toBeGreaterThan(3);
  });

  test("columns add up", () => {
    const [one, other] = [{ frequencies: [1] }, { others: 10, othersPerRow: 0.001 }];
    expect(shape(one, other).entries).toBe(11);
  });
});

describe("the keys of a column, from the statistics of its elements", () => {
  const column = (more: Partial<IndexColumn>) => keysOf({ width: 64, ...more } as IndexColumn);

  test("are not known without any", () => {
    expect(column({ elementFrequencies: null })).toBeUndefined();
  });

  test("are those that are common, of which the list has as many as there are elements", () => {
    expect(
      column({ elements: 2, elementFrequencies: [0.5, 0.5, 0.1, 0.9], elementCounts: [1, 1] }),
    ).toEqual({ perRow: 1, frequencies: [0.5, 0.5], others: 0, othersPerRow: 0, keyBytes: 40 });
  });

  test("and the others, half as common as the least of these", () => {
    const keys = column({ elements: 1, elementFrequencies: [0.5], elementCounts: [2, 3] });
    expect(keys).toMatchObject({ perRow: 3, others: 10, othersPerRow: 2.5 });
  });

  test("a tsvector counts none of its words, and says of none that it is common", () => {
    const words = column({ elements: null, elementFrequencies: [], elementCounts: null });
    expect(words).toEqual({ perRow: 0, frequencies: [], others: 0, othersPerRow: 0, keyBytes: 40 });
    expect(column({ width: null, elementFrequencies: [] })?.keyBytes).toBe(8);
  });
});
