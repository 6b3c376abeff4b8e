// What Pulumi's check and diff say of a `Verification`: neither needs a server.
import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../providers/pgindex/src/engine/input/unknownValues.ts";
import type { Runtime } from "../../../providers/pgindex/src/provider/runtime.ts";
import { verificationProvider } from "../../../providers/pgindex/src/provider/verificationProvider.ts";

const provider = verificationProvider({} as Runtime);
const CALL = { urn: "urn:a" };

const INPUTS = {
  schema: "public",
  table: "t",
  name: "t_a_idx",
  definition: "CREATE INDEX …",
  builtAt: null,
  validSince: "2026-01-01T00:00:00.000Z",
  before: [],
  served: [{ name: "q", sql: "SELECT 1" }],
};

describe("check", () => {
  it("keeps the inputs as they are", async () => {
    expect(await provider.check(CALL, {}, INPUTS)).toEqual({ inputs: INPUTS });
  });

  it("lets through what is not known yet, and still sees what is wrong beside it", async () => {
    const unknown = { ...INPUTS, schema: UNKNOWN, definition: UNKNOWN, before: UNKNOWN };
    expect(await provider.check(CALL, {}, unknown)).toEqual({ inputs: unknown });
    expect(await provider.check(CALL, {}, { ...INPUTS, served: UNKNOWN })).not.toHaveProperty(
      "failures",
    );
    const wrong = { ...unknown, onFailedExpectation: "panic" };
    const { failures } = await provider.check(CALL, {}, wrong);
    expect(failures?.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'onFailedExpectation is neither "warning" nor "error"; write "warning" or "error"',
    ]);
  });

  it("names the queries as the program does, and an argument that does not exist", async () => {
    const news = { ...INPUTS, served: [{ name: "q", sql: "DROP TABLE t" }], onFailure: "error" };
    const { failures } = await provider.check(CALL, {}, news);
    expect(failures?.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      "queries[0].sql is not a SELECT; write one SELECT; only reading can be measured " +
        "without changing data",
      "onFailure is not an argument; remove it, or check its spelling in the reference",
    ]);
  });
});

describe("diff", () => {
  const olds = { ...INPUTS, queries: [], usage: {}, ok: true, verifiedAt: "yesterday" };
  const cases: [title: string, olds: object, news: object, diff: object][] = [
    ["nothing, whatever was measured", {}, {}, { changes: false }],
    ["nothing, for a warning", { ok: false }, {}, { changes: false }],
    ["what Pulumi sees, for another query", {}, { served: [] }, {}],
    ["what Pulumi sees, for an index built again", {}, { builtAt: "2027-01-01T00:00:00.000Z" }, {}],
    ["what Pulumi sees, for what is not known yet", {}, { definition: UNKNOWN, name: UNKNOWN }, {}],
    [
      "a replacement, for another index",
      {},
      { name: "other" },
      { changes: true, replaces: ["name"] },
    ],
    [
      "a change, for an error that a refresh found",
      { ok: false, onFailedExpectation: "error" },
      { onFailedExpectation: "error" },
      { changes: true },
    ],
  ];
  it.each(cases)("%s", async (_title, before, after, diff) => {
    expect(await provider.diff(CALL, { ...olds, ...before }, { ...INPUTS, ...after })).toEqual(
      diff,
    );
  });
});
