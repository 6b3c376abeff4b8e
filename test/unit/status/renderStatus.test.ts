import { expect, test } from "vitest";
import { renderStatus } from "../../../providers/pgindex/src/cli/output/renderStatus.ts";
import type { IndexStatus } from "../../../providers/pgindex/src/status/indexStatus.ts";

const index = (number: number, other: Partial<IndexStatus> = {}): IndexStatus => ({
  urn: `urn:${number}`,
  schema: "public",
  name: `i${number}`,
  table: "t",
  state: "valid",
  drift: null,
  warnings: [],
  sizeBytes: 8192,
  scans: 0,
  lastScan: null,
  builtAt: null,
  validSince: "2026-11-01T00:00:00.000Z",
  plans: [],
  ...other,
});

const shown = (indexes: readonly IndexStatus[]) => {
  const destroy = indexes.map(({ urn, name }) => ({
    urn,
    index: `public.${name}`,
    does: "keep" as const,
    text: "8 kB; it stood before",
  }));
  return renderStatus({ stack: "s", ok: true, indexes, builds: [], destroy }, {});
};

test("fifty indexes are all shown, in their order", () => {
  const text = shown(Array.from({ length: 50 }, (_, i) => index(i + 1)));
  expect(text.match(/│ public\.i\d+ /g)).toHaveLength(50);
  expect(text).not.toContain("and more");
});

test("of three thousand, those come first that are not as declared, and the others are counted", () => {
  const indexes = Array.from({ length: 3_000 }, (_, i) => index(i + 1));
  indexes[2_998] = index(2_999, { state: "missing", drift: "it is not there" });
  indexes[1_500] = index(1_501, { warnings: ["its collation has changed"] });
  const text = shown(indexes);
  const rows = text.match(/│ public\.i\d+ /g) ?? [];
  expect(rows).toHaveLength(50);
  expect(rows.slice(0, 2).map((row) => row.trim())).toEqual(["│ public.i2999", "│ public.i1501"]);
  expect(text.split("\n").filter((line) => line.startsWith("and more"))).toEqual([
    "and more: 2,950 valid (pgindex status --json has all)",
    "and more: 2,950 it would keep (pgindex status --json has all)",
  ]);
  expect(text).toContain("public.i2999: it is not there");
});

test("more than fifty that are missing are counted as missing", () => {
  const text = shown(Array.from({ length: 60 }, (_, i) => index(i + 1, { state: "missing" })));
  expect(text).toContain("and more: 10 missing (");
});
