import { expect, test } from "vitest";
import { OpeningLimit } from "../../../providers/pgindex/src/engine/slots/openingLimit.ts";
import { Semaphore } from "../../../providers/pgindex/src/engine/slots/semaphore.ts";

/** Lets everything run that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("permits are taken all at once, in the order in which they were asked for", async () => {
  const permits = new Semaphore(4);
  const entered: string[] = [];
  const ask = async (name: string, wanted: number) => {
    const leave = await permits.take(wanted);
    entered.push(name);
    return leave;
  };
  const first = await ask("first", 3);
  expect(permits.areTaken(1)).toBe(false);
  const large = ask("large", 2);
  // There would be room for it, but the large one came first.
  const small = ask("small", 1);
  await settled();
  expect(entered).toEqual(["first"]);
  expect(permits.areTaken(1)).toBe(true);
  first();
  first();
  (await large)();
  (await small)();
  expect(entered).toEqual(["first", "large", "small"]);
  expect(permits.areTaken(4)).toBe(false);
});

test("whoever wants more than there are gets them all", async () => {
  const permits = new Semaphore(2);
  const leave = await permits.take(3);
  expect(permits.areTaken(1)).toBe(true);
  leave();
  expect(permits.areTaken(2)).toBe(false);
});

test("whoever is cancelled while he waits makes way for the next", async () => {
  const permits = new Semaphore(1);
  const leave = await permits.take(1);
  const cancel = new AbortController();
  const cancelled = permits.take(1, cancel.signal).catch((error: Error) => error.message);
  const next = permits.take(1);
  cancel.abort(new Error("cancelled"));
  expect(await cancelled).toBe("cancelled");
  leave();
  (await next)();
  const before = AbortSignal.abort(new Error("before"));
  await expect(permits.take(1, before)).rejects.toThrow("before");
  expect(permits.areTaken(1)).toBe(false);
});

test("the fewer connections are left, the fewer are opened at once", async () => {
  const openings = new OpeningLimit();
  const inside: (() => void)[] = [];
  const enter = () => openings.through(() => new Promise<void>((leave) => inside.push(leave)));
  const all = Array.from({ length: 12 }, enter);
  await settled();
  expect(inside).toHaveLength(1);
  openings.found(17);
  inside.shift()?.();
  await settled();
  expect(inside).toHaveLength(2);
  openings.isUnreachable();
  inside.shift()?.();
  await settled();
  expect(inside).toHaveLength(8);
  openings.found(-1);
  while (inside.length > 1) inside.shift()?.();
  await settled();
  expect(inside).toHaveLength(1);
  openings.found(100);
  while (inside.length > 0) {
    inside.shift()?.();
    await settled();
  }
  await Promise.all(all);
});
