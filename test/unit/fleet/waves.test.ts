import fc from "fast-check";
import { expect, test } from "vitest";
import { fleetSchema } from "../../../providers/pgindex/src/fleet/declare/fleetSchema.ts";
import { assignWaves } from "../../../providers/pgindex/src/fleet/plan/waves.ts";

const WITHOUT_WAVES = { name: "f", targets: { file: "t.yaml" }, indexes: "i.ts" };
const wavesOf = (waves?: unknown) => fleetSchema.parse({ ...WITHOUT_WAVES, waves }).waves;
const targetsOf = (count: number, labels: (i: number) => Record<string, string> = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    url: "x",
    labels: labels(i),
    config: {},
  }));

test.each([
  { all: 200, sizes: [1, 20, 179] },
  { all: 7, sizes: [1, 1, 5] },
  { all: 1, sizes: [1, 0, 0] },
])("by default $all targets are a canary, a tenth, and the rest: $sizes", ({ all, sizes }) => {
  const { waves, left } = assignWaves(targetsOf(all), wavesOf());
  expect(waves.map(({ targets }) => targets.length)).toEqual(sizes);
  expect(left).toEqual([]);
});

test("by label, share and count together; whom no wave takes is left", () => {
  const targets = targetsOf(100, (i) => ({ ring: i < 10 ? "canary" : "all" }));
  const { waves, left } = assignWaves(
    targets,
    wavesOf([
      { name: "a", labels: { ring: "canary" }, share: "50%" },
      { name: "b", labels: { ring: "all" }, share: "50%", count: 7 },
    ]),
  );
  expect(waves.map(({ targets: of }) => of.length)).toEqual([5, 7]);
  expect(left).toHaveLength(88);
});

test("each target is in one wave at most, whatever the order of the list", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 100 }), (all, part) => {
      const waves = wavesOf([{ name: "a", share: `${part}%` }, { name: "b" }]);
      const targets = targetsOf(all);
      const assigned = assignWaves(targets, waves);
      expect(assignWaves([...targets].reverse(), waves)).toEqual(assigned);
      const names = assigned.waves.flatMap(({ targets: of }) => of);
      expect(new Set(names).size).toBe(all);
      expect(names).toHaveLength(all);
      expect(assigned.waves[0]?.targets).toHaveLength(Math.ceil((all * part) / 100));
    }),
  );
});
