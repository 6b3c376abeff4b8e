import { expect, test } from "vitest";
import {
  PHASES,
  PhaseWatch,
  toPhases,
} from "../../../providers/pgindex/src/engine/watch/phases.ts";

test("a phase lasts from the poll that first sees it to the poll that sees another", () => {
  const watch = new PhaseWatch(1_000);
  watch.poll(undefined, 1_000);
  watch.poll("waiting for writers before build", 1_500);
  watch.poll("building index: scanning table", 3_500);
  watch.poll("building index: loading tuples in tree", 4_000);
  watch.poll("waiting for old snapshots", 4_500);
  expect(toPhases(watch.seconds(4_750))).toEqual([
    { phase: "initializing", seconds: 0.5 },
    { phase: "waiting for writers before build", seconds: 2 },
    { phase: "building index", seconds: 1 },
    { phase: "waiting for old snapshots", seconds: 0.25 },
  ]);
});

test("a phase that is not known counts for the one before", () => {
  const watch = new PhaseWatch(0);
  watch.poll("building index", 0);
  watch.poll("something new", 1_000);
  expect(toPhases(watch.seconds(2_000))).toEqual([{ phase: "building index", seconds: 2 }]);
});

test("the seconds add up to the whole build, and are few bytes", () => {
  const watch = new PhaseWatch(0);
  PHASES.forEach((phase, i) => {
    watch.poll(phase, i * 333);
  });
  const seconds = watch.seconds(4_000);
  expect(seconds.reduce((a, b) => a + b, 0)).toBeCloseTo(4, 5);
  expect(JSON.stringify(seconds).length).toBeLessThan(80);
});

test.each([[null], [undefined]])("%s: nobody saw them", (seconds) => {
  expect(toPhases(seconds)).toEqual([]);
});
