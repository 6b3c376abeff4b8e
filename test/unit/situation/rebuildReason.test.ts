import { describe, expect, test } from "vitest";
import { bloatOf, bytesPerRowOf } from "../../../providers/pgindex/src/engine/record/bloat.ts";
import { rebuildReason } from "../../../providers/pgindex/src/engine/situation/rebuildReason.ts";
import { liveIndex } from "../../support/engine/engine.ts";

const MB = 1024 * 1024;
const sized = (sizeBytes: number, tableRows: number) => liveIndex({ sizeBytes, tableRows });

describe("bytes a row", () => {
  test.each([
    ["rounded to hundredths", sized(1_000_000, 30_000), 33.33],
    ["not before the first ANALYZE", sized(1_000_000, -1), null],
    ["not of an empty table", sized(8192, 0), null],
  ])("%s", (_title, live, expected) => expect(bytesPerRowOf(live)).toBe(expected));
});

describe("how many times more bytes a row than right after the build", () => {
  test.each([
    ["as after the build", sized(2 * MB, 100_000), 20.97, 1],
    ["twice", sized(4 * MB, 100_000), 20.97, 2],
    ["less, since rows have come", sized(2 * MB, 200_000), 20.97, 0.5],
    ["from 1 MB on", sized(MB, 10_000), 10, 10.49],
    ["not of an index below 1 MB", sized(MB - 1, 100), 1, null],
    ["not where the rows are not known", sized(4 * MB, -1), 20.97, null],
    ["not where they were not known at the build", sized(4 * MB, 100_000), null, null],
    ["not of nothing", sized(4 * MB, 100_000), 0, null],
  ])("%s", (_title, live, before, expected) => expect(bloatOf(live, before)).toBe(expected));
});

describe("an index is rebuilt", () => {
  const BLOATED = "it takes 2.5 times as many bytes per row as right after the build";

  test.each([
    ["not without rebuildWhen", undefined, { rebuildTrigger: "a", bloatRatio: 9 }, undefined],
    ["not for nothing", {}, { rebuildTrigger: "a", bloatRatio: 9 }, undefined],
    [
      "for another trigger",
      { trigger: "b" },
      { rebuildTrigger: "a" },
      'rebuildWhen.trigger is now "b"',
    ],
    [
      "for a first trigger",
      { trigger: "b" },
      { rebuildTrigger: null },
      'rebuildWhen.trigger is now "b"',
    ],
    [
      "for an empty trigger too",
      { trigger: "" },
      { rebuildTrigger: "a" },
      'rebuildWhen.trigger is now ""',
    ],
    ["not for the same trigger", { trigger: "a" }, { rebuildTrigger: "a" }, undefined],
    ["not where the last trigger is not known", { trigger: "b" }, {}, undefined],
    ["not for a trigger that is gone", {}, { rebuildTrigger: "a" }, undefined],
    ["from the ratio on", { bloatRatio: 2.5 }, { bloatRatio: 2.5 }, BLOATED],
    ["not below it", { bloatRatio: 2.6 }, { bloatRatio: 2.5 }, undefined],
    ["not where the ratio is not known", { bloatRatio: 2 }, { bloatRatio: null }, undefined],
    ["not before the first refresh", { bloatRatio: 2 }, {}, undefined],
    [
      "for bloat where the trigger is the same",
      { trigger: "a", bloatRatio: 2 },
      { rebuildTrigger: "a", bloatRatio: 2.5 },
      BLOATED,
    ],
  ])("%s", (_title, rebuildWhen, last, expected) => {
    expect(rebuildReason({ rebuildWhen }, last)).toBe(expected);
  });
});
