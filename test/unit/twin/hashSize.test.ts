import { expect, test } from "vitest";
import { hashPages } from "../../../providers/pgindex/src/engine/twin/size/hashSize.ts";

/** As CREATE INDEX on PostgreSQL 18 has left them. */
test.each([
  ["of 40,000 rows", 40_000, -1, 258],
  ["of 300,000 rows", 300_000, -1, 1_026],
  ["of 600,000 rows", 600_000, -0.9, 2_050],
  ["of 7 values", 40_000, 7, 356],
  ["of 100 values, with buckets added a quarter at a time", 500_000, 100, 2_994],
  ["of no row", 1, -1, 4],
])("a hash index %s", (_, rows, distinct, pages) => {
  expect(hashPages(rows, distinct)).toBe(pages);
});
