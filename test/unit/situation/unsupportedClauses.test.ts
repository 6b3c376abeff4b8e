import { describe, expect, test } from "vitest";
import { unsupportedClause } from "../../../providers/pgindex/src/engine/situation/unsupportedClauses.ts";
import { type Args, declare } from "../../support/engine/engine.ts";

const BASE = { table: "t", name: "i", columns: ["a"] };
const parameters = {
  column: "a",
  operatorClass: "gist_trgm_ops",
  operatorClassParameters: { siglen: 32 },
};

const CASES: readonly (readonly [clause: string, since: number, args: Args])[] = [
  ["nullsNotDistinct", 15, { unique: true, nullsNotDistinct: true }],
  ["operatorClassParameters", 13, { columns: ["b", parameters] }],
  ["include with spgist", 14, { accessMethod: "spgist", include: ["b"] }],
  ["storageParameters.deduplicate_items", 13, { storageParameters: { deduplicate_items: false } }],
];

describe("a clause that the server does not know yet is refused by its name", () => {
  test.each(CASES)("%s, since %i", async (clause, since, args) => {
    const desired = await declare({ ...BASE, ...args });
    const last = since * 10_000 - 1;
    expect(unsupportedClause(desired, last)).toEqual({
      what: `cannot build index public.i on public.t: ${clause} needs PostgreSQL ${since}`,
      why: `this server is PostgreSQL ${since - 1}`,
      fix: `remove ${clause}, or upgrade the server`,
    });
    expect(unsupportedClause(desired, since * 10_000)).toBeUndefined();
    expect(unsupportedClause(desired, 180_004)).toBeUndefined();
  });
});

test.each<Args>([
  {},
  { unique: true },
  { include: ["b"] },
  { accessMethod: "spgist" },
  { storageParameters: { fillfactor: 70 } },
  { columns: [{ column: "a", operatorClass: "gist_trgm_ops" }] },
])("%j is no news to an old server", async (args) => {
  expect(unsupportedClause(await declare({ ...BASE, ...args }), 120_000)).toBeUndefined();
});
