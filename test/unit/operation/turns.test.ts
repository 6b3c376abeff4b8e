import { beforeEach, expect, test, vi } from "vitest";
import { failureOf, record } from "../../support/engine/engine.ts";

let inTurn: typeof import("../../../providers/pgindex/src/engine/operation/turns.ts").inTurn;

// The queue belongs to the process: each test gets a new one.
beforeEach(async () => {
  vi.resetModules();
  ({ inTurn } = await import("../../../providers/pgindex/src/engine/operation/turns.ts"));
});

const at = (maxConcurrentBuilds: number, url?: string) => ({
  maxConcurrentBuilds,
  maxConcurrentMeasurements: 2,
  target: { url },
});

/** Work that runs until it is told to end, and what ran beside what. */
function works() {
  const running = new Set<string>();
  const seen: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    running.add(name);
    seen.push([...running].sort().join("+"));
    await new Promise<void>((resolve) => ends.set(name, resolve));
    running.delete(name);
    return name;
  };
  const end = async (name: string) => {
    await vi.waitFor(() => expect(ends.has(name)).toBe(true));
    ends.get(name)?.();
  };
  return { work, end, seen };
}

test("one build a table at a time, in their order; other tables beside it", async () => {
  const { work, end, seen } = works();
  const { ctx, statuses } = record();
  const all = [
    inTurn(at(4), { table: "a" }, ctx, work("a1")),
    inTurn(at(4), { table: "a" }, ctx, work("a2")),
    inTurn(at(4), { table: "b" }, ctx, work("b1")),
  ];
  for (const name of ["a1", "b1", "a2"]) await end(name);
  expect(await Promise.all(all)).toEqual(["a1", "a2", "b1"]);
  expect(seen).toEqual(["a1", "a1+b1", "a2"]);
  expect(statuses).toContain("queued: another index of a is being worked on");
});

test("no more builds in all than wanted", async () => {
  const { work, end, seen } = works();
  const { ctx, statuses } = record();
  const all = ["a", "b", "c"].map((name) => inTurn(at(2), { table: name }, ctx, work(name)));
  await end("a");
  await vi.waitFor(() => expect(seen).toHaveLength(3));
  await end("b");
  await end("c");
  await Promise.all(all);
  expect(seen).toEqual(["a", "a+b", "b+c"]);
  expect(statuses).toContain("queued: 2 builds are already running");
});

test("of those that wait the largest table comes first", async () => {
  const { work, end, seen } = works();
  const { ctx } = record();
  const sizes = { first: 5, small: 1, unknown: undefined, large: 9, larger: 10, alike: 9 };
  const all = Object.entries(sizes).map(([table, bytes]) =>
    inTurn(at(1), { table, bytes }, ctx, work(table)),
  );
  const order = ["first", "larger", "large", "alike", "small", "unknown"];
  for (const name of order) await end(name);
  await Promise.all(all);
  expect(seen).toEqual(order);
});

test("another database has turns of its own", async () => {
  const { work, end, seen } = works();
  const { ctx, statuses } = record();
  const all = ["one", "other"].map((url) => inTurn(at(1, url), { table: "a" }, ctx, work(url)));
  await end("one");
  await end("other");
  expect(await Promise.all(all)).toEqual(["one", "other"]);
  expect(seen).toEqual(["one", "one+other"]);
  expect(statuses).toEqual([]);
});

test("a failure gives the turn to the next one", async () => {
  const { ctx } = record();
  const failed = inTurn(at(1), { table: "a" }, ctx, () => Promise.reject(new Error("no")));
  const next = inTurn(at(1), { table: "a" }, ctx, async () => "yes");
  expect((await failureOf(failed)).message).toBe("no");
  expect(await next).toBe("yes");
});

test.each(["cancel", "drain"] as const)("after %s nothing that was queued begins", async (stop) => {
  const { work, end, seen } = works();
  const recorder = record();
  const first = inTurn(at(1), { table: "a" }, recorder.ctx, work("first"));
  const second = failureOf(inTurn(at(1), { table: "a" }, recorder.ctx, work("second")));
  await vi.waitFor(() => expect(seen).toEqual(["first"]));
  recorder[stop]();
  await end("first");
  expect(await first).toBe("first");
  expect((await second).name).toBe("CancelledError");
  expect(seen).toEqual(["first"]);
});
