import { beforeEach, expect, test, vi } from "vitest";
import { failureOf, record } from "../support/engine.ts";

let inTurn: typeof import("../../providers/pgindex/src/engine/queue.ts").inTurn;

// The queue belongs to the process: each test gets a new one.
beforeEach(async () => {
  vi.resetModules();
  ({ inTurn } = await import("../../providers/pgindex/src/engine/queue.ts"));
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
    inTurn("a", 4, ctx, work("a1")),
    inTurn("a", 4, ctx, work("a2")),
    inTurn("b", 4, ctx, work("b1")),
  ];
  for (const name of ["a1", "b1", "a2"]) await end(name);
  expect(await Promise.all(all)).toEqual(["a1", "a2", "b1"]);
  expect(seen).toEqual(["a1", "a1+b1", "a2"]);
  expect(statuses).toContain("queued: another index of a is being worked on");
});

test("no more builds in all than wanted", async () => {
  const { work, end, seen } = works();
  const { ctx, statuses } = record();
  const all = ["a", "b", "c"].map((name) => inTurn(name, 2, ctx, work(name)));
  await end("a");
  await vi.waitFor(() => expect(seen).toHaveLength(3));
  await end("b");
  await end("c");
  await Promise.all(all);
  expect(seen).toEqual(["a", "a+b", "b+c"]);
  expect(statuses).toContain("queued: 2 builds run already");
});

test("a failure gives the turn to the next one", async () => {
  const { ctx } = record();
  const failed = inTurn("a", 1, ctx, () => Promise.reject(new Error("no")));
  const next = inTurn("a", 1, ctx, async () => "yes");
  expect((await failureOf(failed)).message).toBe("no");
  expect(await next).toBe("yes");
});

test.each(["cancel", "drain"] as const)("after %s nothing that was queued begins", async (stop) => {
  const { work, end, seen } = works();
  const recorder = record();
  const first = inTurn("a", 1, recorder.ctx, work("first"));
  const second = failureOf(inTurn("a", 1, recorder.ctx, work("second")));
  await vi.waitFor(() => expect(seen).toEqual(["first"]));
  recorder[stop]();
  await end("first");
  expect(await first).toBe("first");
  expect((await second).name).toBe("CancelledError");
  expect(seen).toEqual(["first"]);
});
