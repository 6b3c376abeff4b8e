import { describe, expect, test } from "vitest";
import type { OtherSession } from "../../../providers/pgindex/src/engine/catalog/sessions/otherSessions.ts";
import {
  type ProgressRow,
  renderProgress,
} from "../../../providers/pgindex/src/engine/watch/progress.ts";

const IDLE: ProgressRow = {
  phase: null,
  lockersDone: 0,
  lockersTotal: 0,
  blocksDone: 0,
  blocksTotal: 0,
  tuplesDone: 0,
  tuplesTotal: 0,
  partitionsDone: 0,
  partitionsTotal: 0,
};

const WRITER: OtherSession = {
  pid: 4711,
  user: "app",
  application: "worker",
  state: "idle in transaction",
  backendType: "client backend",
  statement: "UPDATE t SET a = 'secret'",
  ageSeconds: 12.4,
  waitSeconds: null,
  mode: null,
};

function line(
  row: Partial<ProgressRow> | undefined,
  rest: Partial<Parameters<typeof renderProgress>[1]> = {},
) {
  return renderProgress("building", {
    row: row && { ...IDLE, ...row },
    elapsedMs: 4_000,
    blockers: [],
    waiters: [],
    ...rest,
  });
}

const ROWS: readonly (readonly [row: Partial<ProgressRow> | undefined, text: string])[] = [
  [undefined, "building, 4 s"],
  [{}, "building, 4 s"],
  [{ phase: "initializing" }, "initializing, step 1 of 8, 4 s"],
  [
    { phase: "waiting for writers before build", lockersDone: 1, lockersTotal: 3 },
    "waiting for writers before build, step 2 of 8, 1 of 3 sessions gone, 4 s",
  ],
  [
    { phase: "building index: scanning table", blocksDone: 12_000, blocksTotal: 60_000 },
    "building index: scanning table, step 3 of 8, blocks 12,000 of 60,000, 4 s",
  ],
  [
    { phase: "building index: sorting live tuples" },
    "building index: sorting live tuples, step 3 of 8, 4 s",
  ],
  [
    { phase: "building index: loading tuples in tree", tuplesDone: 5, tuplesTotal: 1_000_000 },
    "building index: loading tuples in tree, step 3 of 8, tuples 5 of 1,000,000, 4 s",
  ],
  [
    { phase: "building index: merging tuples (workers)" },
    "building index: merging tuples (workers), step 3 of 8, 4 s",
  ],
  [
    { phase: "waiting for writers before validation" },
    "waiting for writers before validation, step 4 of 8, 4 s",
  ],
  [
    { phase: "index validation: scanning index", blocksDone: 1, blocksTotal: 2 },
    "index validation: scanning index, step 5 of 8, blocks 1 of 2, 4 s",
  ],
  [
    { phase: "index validation: sorting tuples" },
    "index validation: sorting tuples, step 6 of 8, 4 s",
  ],
  [
    { phase: "index validation: scanning table" },
    "index validation: scanning table, step 7 of 8, 4 s",
  ],
  [
    { phase: "waiting for old snapshots", lockersDone: 0, lockersTotal: 1 },
    "waiting for old snapshots, step 8 of 8, 0 of 1 sessions gone, 4 s",
  ],
  // Of a later version.
  [{ phase: "polishing", blocksDone: 1, blocksTotal: 9 }, "polishing, blocks 1 of 9, 4 s"],
];

describe("one line shows phase, step, the phase's own counter and the time", () => {
  test.each(ROWS)("%j", (row, text) => expect(line(row)).toBe(text));
});

test("no estimate of the end, and no percentage", () => {
  for (const [, text] of ROWS) expect(text).not.toMatch(/%|remaining|left/);
});

test("who is waited for is named with pid, user, state and age, without constants", () => {
  expect(line({ phase: "waiting for writers before build" }, { blockers: [WRITER] })).toBe(
    "waiting for writers before build, step 2 of 8, 4 s, " +
      "waits for pid 4711 (app, worker, idle in transaction for 12 s: UPDATE t SET a = '…')",
  );
});

test("who waits behind the build is counted and named", () => {
  const analyze = { ...WRITER, state: "active", statement: "ANALYZE t", waitSeconds: 2.2 };
  expect(line({ phase: "initializing" }, { waiters: [analyze, { ...analyze, pid: 4712 }] })).toBe(
    "initializing, step 1 of 8, 4 s, 2 waiting behind: " +
      "pid 4711 (app, worker, waiting for 2 s: ANALYZE t); pid 4712 (app, worker, waiting " +
      "for 2 s: ANALYZE t)",
  );
});
