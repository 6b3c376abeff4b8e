import { expect, test } from "vitest";
import { PhaseClock } from "../../../providers/pgindex/src/status/phaseClock.ts";
import type { Build } from "../../../providers/pgindex/src/status/runningBuilds.ts";

const NO_COUNTERS = {
  lockersDone: 0,
  lockersTotal: 0,
  blocksDone: 0,
  blocksTotal: 0,
  tuplesDone: 0,
  tuplesTotal: 0,
  partitionsDone: 0,
  partitionsTotal: 0,
};

function build(seconds: number, phase: string | null, counters: object = {}, pid = 1): Build {
  const progress = { ...NO_COUNTERS, phase, ...counters };
  return {
    pid,
    seconds,
    progress,
    command: null,
    indexOid: null,
    table: null,
    index: null,
    blockers: [],
    waiters: [],
  };
}

const blocks = (blocksDone: number) => ({ blocksDone, blocksTotal: 100 });

test("a phase's time left follows from its own pace, not from the build's", () => {
  const clock = new PhaseClock();
  expect(clock.sample(build(100, "scan", blocks(0)))).toEqual({ share: 0 });
  expect(clock.sample(build(110, "scan", blocks(20)))).toEqual({ share: 0.2, secondsLeft: 40 });
  expect(clock.sample(build(120, "scan", blocks(60)))).toMatchObject({ share: 0.6 });
  expect(clock.sample(build(121, "next", blocks(10)))).toEqual({ share: 0.1 });
});

test("a phase that has not moved yet, or has begun anew, promises nothing", () => {
  const clock = new PhaseClock();
  clock.sample(build(1, "scan", blocks(50)));
  expect(clock.sample(build(9, "scan", blocks(50)))).toEqual({ share: 0.5 });
  expect(clock.sample(build(10, "scan", blocks(5)))).toEqual({ share: 0.05 });
});

test("tuples are counted where there are any, and no share is more than all", () => {
  const counters = { ...blocks(1), tuplesDone: 12, tuplesTotal: 10 };
  expect(new PhaseClock().sample(build(1, "load", counters))).toEqual({ share: 1 });
});

test.each([
  ["waiting for old snapshots", { ...blocks(5), lockersDone: 1, lockersTotal: 2 }],
  ["building index: sorting live tuples", {}],
  [null, blocks(5)],
])("%s has no share", (phase, counters) => {
  expect(new PhaseClock().sample(build(1, phase, counters))).toEqual({});
});

test("each build has a pace of its own", () => {
  const clock = new PhaseClock();
  clock.sample(build(0, "scan", blocks(0), 1));
  clock.sample(build(0, "scan", blocks(0), 2));
  expect(clock.sample(build(10, "scan", blocks(50), 1)).secondsLeft).toBe(10);
  expect(clock.sample(build(10, "scan", blocks(10), 2)).secondsLeft).toBe(90);
});
