// When a build has far too little memory, and how much would do.
import { expect, test } from "vitest";
import { foreseeSortMemory } from "../../../providers/pgindex/src/engine/foresight/size/sortMemory.ts";
import { declare } from "../../support/engine/engine.ts";

const MB = 1024 ** 2;

test.each<[method: string, size: number | undefined, has: number, setting: string | undefined]>([
  // 64 MB merge 240 runs of 64 MB.
  ["btree", 15_000 * MB, 64 * MB, undefined],
  ["btree", 20_000 * MB, 64 * MB, "88MB"],
  ["btree", 1_000_000 * MB, 64 * MB, "2400MB"],
  ["btree", 10 * MB, 1 * MB, "2MB"],
  ["gin", 500 * MB, 64 * MB, undefined],
  ["gin", 1_000 * MB, 64 * MB, "150MB"],
  ["brin", 1_000_000 * MB, 1 * MB, undefined],
  ["btree", undefined, 1 * MB, undefined],
])("%s of %d bytes with %d: %s", async (accessMethod, size, has, setting) => {
  const desired = await declare({ table: "t", name: "i", columns: ["a"], accessMethod });
  const [found] = foreseeSortMemory(desired, size, has);
  if (setting === undefined) expect(found).toBeUndefined();
  else expect(found?.fix).toBe(`set buildSettings: { maintenanceWorkMem: "${setting}" }`);
});
