import { describe, expect, test } from "vitest";
import { renderBytes, renderElapsed } from "../../../providers/pgindex/src/engine/text/render.ts";

describe("elapsed time", () => {
  test.each([
    [0, "0 s"],
    [449, "0.4 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [42_400, "42 s"],
    [59_600, "1 min 0 s"],
    [200_000, "3 min 20 s"],
    [3_599_600, "1 h 0 min"],
    [7_500_000, "2 h 5 min"],
    [172_800_000, "48 h 0 min"],
  ])("%i ms: %s", (ms, text) => expect(renderElapsed(ms)).toBe(text));
});

describe("sizes are PostgreSQL's", () => {
  test.each([
    [0, "0 bytes"],
    [8_192, "8 kB"],
    [40_894_464, "39 MB"],
    [1_073_741_824, "1 GB"],
    [5 * 1024 ** 5, "5,120 TB"],
  ])("%i: %s", (bytes, text) => expect(renderBytes(bytes)).toBe(text));
});
