import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Notable } from "../../../chaos/application/chaosWriter.ts";
import { RunRecord } from "../../../chaos/judge/runRecord.ts";
import { goalsOf, scheduleOf } from "../../../chaos/troubles/troubleSchedule.ts";

const from = Date.now();
const ended = { code: 1, text: "error: refused", from, to: from + 100, interference: [] };
const write: Notable = { table: "orders", from, to: from + 100 };
// A trouble that begins now is beside them, whenever it is that the machine comes to it.
beforeAll(() => {
  vi.useFakeTimers({ now: from, toFake: ["Date"] });
});
afterAll(() => {
  vi.useRealTimers();
});

const written = { writes: 1, longestMs: 100, failed: [], long: [] };

test("a seed makes the same troubles, and a longer run begins like a shorter one", () => {
  const short = scheduleOf(7, 1);
  const long = scheduleOf(7, 2);
  expect(short.length).toBeGreaterThan(10);
  expect(long.slice(0, short.length)).toEqual(short);
  expect(scheduleOf(8, 1)).not.toEqual(short);
});

test("two minutes have every kind of trouble, whatever the seed", () => {
  for (const seed of [1, 2, 3, 4, 5])
    expect(new Set(scheduleOf(seed, 2).map(({ kind }) => kind)).size).toBe(20);
});

test("the goals of a seed are the same every time; the first one builds", () => {
  const take = (seed: number) => Array.from({ length: 9 }, next(goalsOf(seed)));
  expect(take(3)).toEqual(take(3));
  expect(take(3)[0]).toBe("first");
});

function next<T>(values: Generator<T>): () => T {
  return () => values.next().value;
}

test("a command may fail only after interference or a restart of the server", async () => {
  const record = new RunRecord();
  record.ended({ ...ended, interference: ["kill provider"] }, "left");
  await record.during("restart, fast", async () => true);
  record.ended(ended, "left");
  expect(record.broken).toEqual([]);
  record.ended({ ...ended, from: from + 60_000, to: from + 60_100 }, "left");
  expect(record.broken).toEqual([expect.stringContaining("refused")]);
});

test("a write may fail only by the connection that a restart has ended", async () => {
  const record = new RunRecord();
  const lost = { ...write, code: "57P01", message: "terminating connection" };
  record.written({ ...written, failed: [lost] });
  expect(record.broken).toHaveLength(1);
  await record.during("restart, fast", async () => true);
  record.written({ ...written, failed: [lost] });
  expect(record.broken).toHaveLength(1);
  record.written({ ...written, failed: [{ ...lost, code: "23505", message: "duplicate key" }] });
  expect(record.broken).toHaveLength(2);
});

test("a write may wait long only for a restart or a patient ALTER TABLE", async () => {
  const record = new RunRecord();
  const long = { ...write, to: from + 20_000 };
  record.written({ ...written, long: [long] });
  expect(record.broken).toEqual(["a write on orders waited 20000 ms"]);
  await record.during("ALTER TABLE, patient", async () => true);
  record.written({ ...written, long: [long] });
  expect(record.broken).toHaveLength(1);
});

test("what interrupted an attempt is counted by its words, whatever the numbers in them", () => {
  const record = new RunRecord();
  const text = [1, 2].map((n) => `attempt ${n} was interrupted (lost ${n}); trying again`);
  record.ended({ ...ended, code: 0, text: text.join("\n") }, "left");
  expect([...record.retries]).toEqual([["lost N", 2]]);
});
