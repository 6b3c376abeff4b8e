import { expect, test } from "vitest";
import { Door } from "../../../providers/pgindex/src/engine/room/door.ts";
import { Seats } from "../../../providers/pgindex/src/engine/room/seats.ts";

/** Lets everything run that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("seats are taken all at once, in the order in which they were asked for", async () => {
  const seats = new Seats(4);
  const entered: string[] = [];
  const ask = async (name: string, wanted: number) => {
    const leave = await seats.take(wanted);
    entered.push(name);
    return leave;
  };
  const first = await ask("first", 3);
  expect(seats.areTaken(1)).toBe(false);
  const large = ask("large", 2);
  // There would be room for it, but the large one came first.
  const small = ask("small", 1);
  await settled();
  expect(entered).toEqual(["first"]);
  expect(seats.areTaken(1)).toBe(true);
  first();
  first();
  (await large)();
  (await small)();
  expect(entered).toEqual(["first", "large", "small"]);
  expect(seats.areTaken(4)).toBe(false);
});

test("whoever wants more than there are gets them all", async () => {
  const seats = new Seats(2);
  const leave = await seats.take(3);
  expect(seats.areTaken(1)).toBe(true);
  leave();
  expect(seats.areTaken(2)).toBe(false);
});

test("whoever is cancelled while he waits makes way for the next", async () => {
  const seats = new Seats(1);
  const leave = await seats.take(1);
  const cancel = new AbortController();
  const cancelled = seats.take(1, cancel.signal).catch((error: Error) => error.message);
  const next = seats.take(1);
  cancel.abort(new Error("cancelled"));
  expect(await cancelled).toBe("cancelled");
  leave();
  (await next)();
  const before = AbortSignal.abort(new Error("before"));
  await expect(seats.take(1, before)).rejects.toThrow("before");
  expect(seats.areTaken(1)).toBe(false);
});

test("the fewer connections are left, the fewer are opened at once", async () => {
  const door = new Door();
  const inside: (() => void)[] = [];
  const enter = () => door.through(() => new Promise<void>((leave) => inside.push(leave)));
  const all = Array.from({ length: 12 }, enter);
  await settled();
  expect(inside).toHaveLength(1);
  door.found(17);
  inside.shift()?.();
  await settled();
  expect(inside).toHaveLength(2);
  door.isUnreachable();
  inside.shift()?.();
  await settled();
  expect(inside).toHaveLength(8);
  door.found(-1);
  while (inside.length > 1) inside.shift()?.();
  await settled();
  expect(inside).toHaveLength(1);
  door.found(100);
  while (inside.length > 0) {
    inside.shift()?.();
    await settled();
  }
  await Promise.all(all);
});
