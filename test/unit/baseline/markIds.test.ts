import { expect, test } from "vitest";
import { SERIAL_IDS } from "../../../providers/pgindex/src/baseline/markIds.ts";
import { prisma } from "../../../providers/pgindex/src/baseline/prisma/prismaBookkeeping.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test.each([
  ["a serial column", SERIAL_IDS, /^\d+$/],
  ["Prisma's", prisma.ids, UUID],
] as const)("the ids of %s are told from the tool's", (_, ids, form) => {
  for (let i = 0; i < 1000; i += 1) {
    const id = ids.next();
    expect(id).toMatch(form);
    expect(ids.areOurs(id)).toBe(true);
  }
});

test("an integer has room for them, and for what comes after the highest", () => {
  for (let i = 0; i < 1000; i += 1) {
    const id = Number(SERIAL_IDS.next());
    expect(id).toBeGreaterThan(1_000_000_000);
    expect(id).toBeLessThan(2_147_483_647 - 500_000_000);
  }
});

test.each(["1", "14", "-1", "0", "2147483647", "1073741824", "", "x"])("%s is the tool's", (id) => {
  expect(SERIAL_IDS.areOurs(id)).toBe(false);
});

test("nor does a sequence that was set to one of ours go on with ours", () => {
  const first = Number(SERIAL_IDS.next());
  const next = Array.from({ length: 100 }, (_, i) => String(first + 1 + i));
  expect(next.filter(SERIAL_IDS.areOurs).length).toBeLessThan(2);
});

test.each(["", "00000000-0000-4000-8000-000000000000", crypto.randomUUID()])(
  "%s is Prisma's",
  (id) => expect(prisma.ids.areOurs(id)).toBe(false),
);
