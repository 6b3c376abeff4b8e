// What is said of an argument that does not exist, or has a wrong form: what to write instead.
import { describe, expect, test } from "vitest";
import { parseBackup } from "../../../providers/pgindex/src/backup/backupArgs.ts";
import { parseBaseline } from "../../../providers/pgindex/src/baseline/baselineArgs.ts";
import { drizzle } from "../../../providers/pgindex/src/baseline/drizzle/drizzleBookkeeping.ts";
import { nodePgMigrate } from "../../../providers/pgindex/src/baseline/nodePgMigrate/nodePgMigrateBookkeeping.ts";
import { prisma } from "../../../providers/pgindex/src/baseline/prisma/prismaBookkeeping.ts";
import { parseIndexArgs } from "../../../providers/pgindex/src/engine/declare/parseIndex.ts";
import { type Parsed, parseWith } from "../../../providers/pgindex/src/engine/input/parse.ts";
import { gateSchema } from "../../../providers/pgindex/src/engine/promote/gateSchema.ts";
import { parseVerification } from "../../../providers/pgindex/src/engine/verify/verificationArgs.ts";
import { MINIMAL } from "../../support/declare/minimalIndex.ts";

function told(parsed: Parsed<unknown>): string[] {
  if (parsed.kind !== "problems") return [];
  return parsed.problems.map(({ path, message, fix }) => `${path} ${message}; ${fix}`);
}

const index = async (args: object) => told(await parseIndexArgs({ ...MINIMAL, ...args }));

describe("an argument of an Index that does not exist", () => {
  test.each<[written: string, meant: string]>([
    ["where", 'did you mean "predicate"?'],
    ["predikate", 'did you mean "predicate"?'],
    ["filter", 'did you mean "predicate"?'],
    ["using", 'did you mean "accessMethod"?'],
    ["access_method", 'did you mean "accessMethod"?'],
    ["uniqe", 'did you mean "unique"?'],
    ["with", 'did you mean "storageParameters"?'],
    ["includes", 'did you mean "include"?'],
    ["search_path", 'did you mean "searchPath"?'],
    ["tablespaces", 'did you mean "tablespace"?'],
    ["concurrently", "remove it: every build and every drop is concurrent"],
    ["ifNotExists", "remove it: an index that stands as declared is adopted"],
    ["constructor", "remove it, or check its spelling in the reference"],
    ["colour", "remove it, or check its spelling in the reference"],
  ])("%s", async (written, meant) => {
    expect(await index({ [written]: "x" })).toEqual([`${written} is not an argument; ${meant}`]);
  });

  test("is one problem with the argument that it stands for, not two", async () => {
    const { columns: _, ...rest } = MINIMAL;
    expect(told(await parseIndexArgs({ ...rest, colums: ["a"] }))).toEqual([
      'colums is not an argument; did you mean "columns"?',
    ]);
    expect(told(await parseIndexArgs({ ...rest, fields: ["a"] }))).toEqual([
      'fields is not an argument; did you mean "columns"?',
    ]);
    expect(told(await parseIndexArgs(rest))).toEqual(["columns is missing; add it (array)"]);
  });

  test.each<[key: object, problem: string]>([
    [{ column: "a", opclass: "x" }, 'opclass is not an argument; did you mean "operatorClass"?'],
    [{ column: "a", direction: "desc" }, 'direction is not an argument; did you mean "order"?'],
    [{ column: "a", nuls: "last" }, 'nuls is not an argument; did you mean "nulls"?'],
    [{ column: "a", order: "DESC" }, 'did you mean "desc"?'],
    [{ column: "a", collation: { nam: "C" } }, 'nam is not an argument; did you mean "name"?'],
  ])("within a key: %o", async (key, problem) => {
    const [first, ...others] = await index({ columns: [key] });
    expect(first).toContain(problem);
    expect(others).toEqual([]);
  });

  test("within rebuildWhen", async () => {
    expect(await index({ rebuildWhen: { bloat: 2 } })).toEqual([
      "rebuildWhen.bloat is not an argument; remove it, or check its spelling in the reference",
    ]);
    expect(await index({ rebuildWhen: { bloat_ratio: 2 } })).toEqual([
      'rebuildWhen.bloat_ratio is not an argument; did you mean "bloatRatio"?',
    ]);
  });
});

describe("a value of the wrong form", () => {
  test.each<[args: object, problem: string]>([
    [{ columns: "a" }, 'columns expected array, received string; write a list, such as ["…"]'],
    [{ table: 5 }, 'table expected string, received number; write a text in quotes, "…"'],
    [{ unique: "yes" }, "write true or false, without quotes"],
    [{ retries: "3" }, "write a number without quotes"],
    [{ storageParameters: "x" }, "write an object, such as { name: value }"],
    [{ invalidLeftover: "rebuild-any" }, 'did you mean "rebuildAny"?'],
    [{ invalidLeftover: "maybe" }, "write one of these"],
  ])("%o", async (args, problem) => {
    const [first, ...others] = await index(args);
    expect(first).toContain(problem);
    expect(others).toEqual([]);
  });
});

/** What the class takes of the Index. */
const OF_INDEX = {
  schema: "public",
  table: "t",
  name: "i",
  definition: "",
  builtAt: null,
  validSince: "",
};
const SELECT = { name: "q", sql: "SELECT 1 WHERE 'x' = $1" };

describe("every other resource", () => {
  const verification = async (args: object) =>
    told(await parseVerification({ ...OF_INDEX, ...args }));

  test.each([[{ columns: "a" }], [undefined]])(
    "a Verification is of the form that the Index has: %j",
    async (canonical) => {
      const parsed = await parseVerification({ ...OF_INDEX, canonical });
      expect(parsed).toMatchObject({ kind: "ok" });
      expect(parsed.kind === "ok" && parsed.value.canonical).toEqual(canonical);
    },
  );

  test("a Verification and its queries", async () => {
    expect(await verification({ onFailure: "error" })).toEqual([
      "onFailure is not an argument; remove it, or check its spelling in the reference",
    ]);
    expect(await verification({ onFailedExpectations: "error" })).toEqual([
      'onFailedExpectations is not an argument; did you mean "onFailedExpectation"?',
    ]);
    expect(await verification({ served: [{ ...SELECT, params: ["x"] }] })).toContain(
      'queries[0].params is not an argument; did you mean "values"?',
    );
    expect(await verification({ served: [{ ...SELECT, values: ["x"], expects: {} }] })).toEqual([
      'queries[0].expects is not an argument; did you mean "expect"?',
    ]);
    expect(await verification({ served: [{ ...SELECT, values: [["x"]] }] })).toEqual([
      "queries[0].values[0] is not a plain value: a string, a number, a boolean or null; " +
        'write one plain value for each $n, such as values: ["x"]; ' +
        'an array as PostgreSQL writes it, "{x,y}"',
    ]);
    expect(await verification({ served: [{ ...SELECT, values: "x" }] })).toEqual([
      'queries[0].values expected array, received string; write a list, such as ["…"]',
    ]);
  });

  test("a PromotionGate", () => {
    expect(told(parseWith(gateSchema, { indexes: [MINIMAL], minimumScan: 5 }))).toEqual([
      'minimumScan is not an argument; did you mean "minimumScans"?',
    ]);
    expect(told(parseWith(gateSchema, { indexes: [{ ...MINIMAL, where: "a > 0" }] }))).toEqual([
      'indexes[0].where is not an argument; did you mean "predicate"?',
    ]);
  });

  test("a PromotionGate, of a value that is one for all queries or one for each", () => {
    const gate = { indexes: [MINIMAL] };
    expect(told(parseWith(gateSchema, { ...gate, maximumMs: "5" }))).toEqual([
      "maximumMs is not number or record; write number or record",
    ]);
    expect(told(parseWith(gateSchema, { ...gate, planTypes: ["Index Scam"] }))).toEqual([
      expect.stringMatching(/^planTypes\[0\] .*; did you mean "Index Scan"\?$/),
    ]);
    expect(told(parseWith(gateSchema, { ...gate, planTypes: [5] }))).toEqual([
      expect.stringMatching(/^planTypes\[0\] .*; write one of these$/),
    ]);
  });

  test("a Backup", async () => {
    expect(told(await parseBackup({ indexes: [MINIMAL], maxAge: "1h" }))).toEqual([
      'maxAge is not an argument; did you mean "maximumAge"?',
    ]);
  });

  test("the baselines", async () => {
    for (const tool of [drizzle, nodePgMigrate, prisma]) {
      const parsed = await parseBaseline(tool as typeof drizzle, { migrationTable: "m" });
      expect(told(parsed)).toContain(
        'migrationTable is not an argument; did you mean "migrationsTable"?',
      );
    }
  });
});

describe("a text that PostgreSQL cannot hold, wherever it stands", () => {
  const HALF = "x\ud83d";
  test.each<[args: object, path: string]>([
    [{ name: HALF }, "name"],
    [{ predicate: `a = '${HALF}'` }, "predicate"],
    [{ columns: [{ expression: `a || '${HALF}'` }] }, "columns[0].expression"],
    [
      { columns: [{ column: "a", operatorClass: "o", operatorClassParameters: { siglen: HALF } }] },
      "columns[0].operatorClassParameters.siglen",
    ],
    [{ comment: HALF }, "comment"],
    [{ storageParameters: { fillfactor: HALF } }, "storageParameters.fillfactor"],
    [{ rebuildWhen: { trigger: HALF } }, "rebuildWhen.trigger"],
    [{ searchPath: ["public", HALF] }, "searchPath[1]"],
  ])("%j", async (args, path) => {
    expect(await index(args)).toEqual([
      `${path} contains half of a character (\\ud83d); correct the text: it was cut within a character`,
    ]);
    const nul = JSON.parse(JSON.stringify(args).replaceAll("\\ud83d", "\\u0000"));
    expect(await index(nul)).toEqual([`${path} contains a NUL character; remove it`]);
  });

  test("a whole character is one", async () => {
    expect(await index({ comment: "x\ud83d\ude00" })).toEqual([]);
  });
});
