import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../../providers/pgindex/src/engine/input/expression.ts";
import { parseWith } from "../../../providers/pgindex/src/engine/input/parse.ts";
import { gateSchema } from "../../../providers/pgindex/src/engine/promote/gateSchema.ts";
import { SOMEWHERE } from "../../support/engine/engine.ts";

const INDEX = { table: "t", name: "i", columns: ["a"] };
const GATE = { indexes: [INDEX] };

// The declarations of the indexes carry expressions.
beforeAll(loadParser);

test("a day of soak and one scan are wanted unless it says otherwise", () => {
  expect(parseWith(gateSchema, GATE)).toMatchObject({
    kind: "ok",
    value: { soakMs: 86_400_000, minimumScans: 1 },
  });
});

describe("a length of time is read as people write it", () => {
  test.each([
    ["24h", 86_400_000],
    ["30 s", 30_000],
    ["90m", 5_400_000],
    ["0s", 0],
    ["1 day", 86_400_000],
  ])("%s", (soak, soakMs) => {
    expect(parseWith(gateSchema, { ...GATE, soak })).toMatchObject({
      kind: "ok",
      value: { soakMs },
    });
  });

  test.each(["soon", "", "-5m", "NaN", "24", `${"1".repeat(100)}h`])("but not %j", (soak) => {
    expect(parseWith(gateSchema, { ...GATE, soak })).toMatchObject({
      kind: "problems",
      problems: [{ path: "soak", message: "is not a length of time" }],
    });
  });
});

const FORM = "evidence.public.i.recorded.canonical";
const evidenceOf = (canonical: unknown) => ({
  "public.i": {
    statement: "CREATE INDEX",
    valid: true,
    validSince: "2026-11-22T12:00:00Z",
    trafficScans: 1,
    recorded: { oid: 1, canonical },
    found: {
      index: "public.i",
      table: "public.t",
      oid: 1,
      definition: "CREATE INDEX",
      canonical: {},
      database: SOMEWHERE,
      trafficBefore: 0,
    },
    queries: [],
  },
});

test("evidence is read as the other stack has recorded it", () => {
  const evidence = evidenceOf({ columns: "a" });
  expect(parseWith(gateSchema, { ...GATE, evidence })).toMatchObject({
    kind: "ok",
    value: { evidence },
  });
});

describe("an override is a reason, one object, or several, also as JSON of the command line", () => {
  const one = { definition: "d", waives: ["soak"], reason: "x" };
  test.each([
    ["it burns", "it burns"],
    [one, one],
    [[one], [one]],
    [JSON.stringify(one), one],
    [JSON.stringify([one]), [one]],
  ])("%j", (override, expected) => {
    expect(parseWith(gateSchema, { ...GATE, override })).toMatchObject({
      kind: "ok",
      value: { override: expected },
    });
  });

  test.each([
    [
      '{"definition": "", "waives": ["soak"], "reason": "x"}',
      "is not an override in JSON (definition)",
    ],
    ['{"reason": ', "is not an override in JSON"],
  ])("%s is none, and says where", (override, message) => {
    expect(parseWith(gateSchema, { ...GATE, override })).toMatchObject({
      kind: "problems",
      problems: [{ message }],
    });
  });
});

test.each([
  ["no index", { indexes: [] }, "indexes"],
  [
    "a wrong declaration",
    { indexes: [{ ...GATE.indexes[0], predicate: "a, b" }] },
    "indexes[0].predicate",
  ],
  ["a negative number of scans", { ...GATE, minimumScans: -1 }, "minimumScans"],
  ["an empty override", { ...GATE, override: "" }, "override"],
  [
    "an override for nothing",
    { ...GATE, override: { reason: "x", waives: ["soak"] } },
    "override.definition",
  ],
  [
    "an override that waives no condition of ours",
    { ...GATE, override: { definition: "x", reason: "x", waives: ["everything"] } },
    "override.waives[0]",
  ],
  [
    "an override in JSON for nothing",
    { ...GATE, override: '{"definition": "", "waives": ["soak"], "reason": "x"}' },
    "override",
  ],
  [
    "a limit that is neither a number nor one for each query",
    { ...GATE, maximumMs: "5" },
    "maximumMs",
  ],
  ["evidence without a form", { ...GATE, evidence: evidenceOf(null) }, FORM],
  ["evidence whose form is a text", { ...GATE, evidence: evidenceOf("x") }, FORM],
  ["an override in JSON that is none", { ...GATE, override: '{"reason": "x"}' }, "override"],
  ["a word too many", { ...GATE, sook: "1h" }, "sook"],
  ["an index without a table", { indexes: [{ ...INDEX, table: undefined }] }, "indexes[0].table"],
  ["a word too many of an index", { indexes: [{ ...INDEX, nme: "i" }] }, "indexes[0].nme"],
])("refused: %s", (_title, args, path) => {
  const parsed = parseWith(gateSchema, args);
  expect(parsed).toMatchObject({ kind: "problems", problems: [{ path }] });
});

test("an index is declared as an Index is, with the same defaults", () => {
  expect(parseWith(gateSchema, GATE)).toMatchObject({
    kind: "ok",
    value: {
      indexes: [{ schema: "public", table: "t", name: "i", accessMethod: "btree", unique: false }],
    },
  });
});
