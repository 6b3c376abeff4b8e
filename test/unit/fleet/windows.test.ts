import { expect, test } from "vitest";
import { openingAt, windowSchema } from "../../../providers/pgindex/src/fleet/declare/windows.ts";

const windowOf = (cron: string, length: string, timezone = "UTC") =>
  windowSchema.parse({ cron, for: length, timezone });
const NIGHTS = windowOf("0 22 * * *", "6h");

test.each([
  {
    what: "before it",
    now: "2026-11-29T21:59:59Z",
    is: { isOpen: false, from: "2026-11-29T22:00:00.000Z" },
  },
  {
    what: "as it opens",
    now: "2026-11-29T22:00:00Z",
    is: { isOpen: true, until: "2026-11-30T04:00:00.000Z" },
  },
  {
    what: "past midnight",
    now: "2026-11-30T03:59:59Z",
    is: { isOpen: true, until: "2026-11-30T04:00:00.000Z" },
  },
  {
    what: "after it",
    now: "2026-11-30T04:00:00Z",
    is: { isOpen: false, from: "2026-11-30T22:00:00.000Z" },
  },
])("a window of the night, $what", ({ now, is }) => {
  expect(JSON.parse(JSON.stringify(openingAt([NIGHTS], new Date(now))))).toEqual(is);
});

test("windows that overlap are open until the last one ends; without any it is always open", () => {
  const longer = windowOf("0 23 * * *", "8h");
  expect(openingAt([longer, NIGHTS], new Date("2026-11-29T23:30:00Z"))).toEqual({
    isOpen: true,
    until: new Date("2026-11-30T07:00:00Z"),
  });
  expect(openingAt([], new Date())).toEqual({ isOpen: true, until: undefined });
});

test("hours are those of its time zone, in summer too", () => {
  const berlin = windowOf("0 22 * * *", "1h", "Europe/Berlin");
  expect(openingAt([berlin], new Date("2026-07-01T20:30:00Z")).isOpen).toBe(true);
  expect(openingAt([berlin], new Date("2026-12-01T20:30:00Z")).isOpen).toBe(false);
});
