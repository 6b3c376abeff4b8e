import { describe, expect, test } from "vitest";
import { parseIndexArgs } from "../../../providers/pgindex/src/engine/declare/parseIndex.ts";
import { UNKNOWN } from "../../../providers/pgindex/src/engine/input/unknownValues.ts";
import { type Args, declare } from "../../support/engine/engine.ts";

const MINIMAL = { table: "messages", name: "m_idx", columns: ["state_id"] };

/** `path: message` of every problem, in their order. */
async function problemsOf(args: unknown): Promise<string[]> {
  const parsed = await parseIndexArgs(args);
  if (parsed.kind !== "problems") throw new Error(`no problems, but ${JSON.stringify(parsed)}`);
  for (const problem of parsed.problems) expect(problem.fix).toMatch(/\S/);
  return parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

test("what is left out gets PostgreSQL's own defaults", async () => {
  expect(await declare(MINIMAL)).toEqual({
    schema: "public",
    table: "messages",
    name: "m_idx",
    accessMethod: "btree",
    unique: false,
    nullsNotDistinct: false,
    keys: [{ column: "state_id", operatorClassParameters: {} }],
    include: [],
    storageParameters: {},
    searchPath: ["public"],
    policy: { invalidLeftover: "rebuild" },
  });
});

test("functions are looked up in the table's schema first, then in public", async () => {
  expect((await declare({ ...MINIMAL, schema: "app" })).searchPath).toEqual(["app", "public"]);
  expect((await declare({ ...MINIMAL, searchPath: ["ext"] })).searchPath).toEqual(["ext"]);
});

test("every value of a parameter becomes the text that PostgreSQL stores", async () => {
  const { storageParameters } = await declare({
    ...MINIMAL,
    storageParameters: { fillfactor: 70, fastupdate: false, buffering: "auto" },
  });
  expect(storageParameters).toEqual({ fillfactor: "70", fastupdate: "false", buffering: "auto" });
});

test("a name may be 63 bytes long, and not one more", async () => {
  const longest = `${"é".repeat(31)}x`;
  expect((await declare({ ...MINIMAL, name: longest })).name).toBe(longest);
  expect(await problemsOf({ ...MINIMAL, name: `${longest}y` })).toEqual([
    "name: is 64 bytes long, and PostgreSQL cuts names at 63 bytes",
  ]);
  expect(await problemsOf({ ...MINIMAL, table: "t".repeat(70) })).toEqual([
    "table: is 70 bytes long, and PostgreSQL cuts names at 63 bytes",
  ]);
});

test("every problem of an input is told at once, each with its path", async () => {
  const args = {
    schema: "",
    table: 5,
    name: "a\0b",
    columns: [
      "",
      7,
      {},
      { column: "a", expression: "b", order: "up" },
      { expression: "x) ; drop table t; --" },
      { column: "a", operatorClassParameters: { siglen: 32 }, nulls: "sometimes" },
      { column: "a", collation: { nam: "C" }, operatorClass: "" },
    ],
    include: ["x".repeat(64)],
    predicate: "a, b",
    nullsNotDistinct: true,
    storageParameters: { fillfactor: {} },
    invalidLeftover: "drop",
    uniqe: true,
  };
  const expected = [
    "schema: is empty",
    "table: expected string, received number",
    "name: contains a NUL character",
    "columns[0]: is empty",
    "columns[1]: is neither a column nor an object",
    "columns[2]: needs exactly one of column and expression",
    'columns[3].order: Invalid option: expected one of "asc"|"desc"',
    "columns[3]: needs exactly one of column and expression",
    "columns[4].expression: closes a bracket that it did not open",
    'columns[5].nulls: Invalid option: expected one of "first"|"last"',
    "columns[5]: has operatorClassParameters but no operatorClass",
    "columns[6].collation.name: is missing",
    "columns[6].collation.nam: is not an argument",
    "columns[6].operatorClass: is empty",
    "include[0]: is 64 bytes long, and PostgreSQL cuts names at 63 bytes",
    "predicate: is a list",
    "storageParameters.fillfactor: is not a valid parameter value",
    'invalidLeftover: Invalid option: expected one of "rebuild"|"rebuildAny"|"refuse"',
    "uniqe: is not an argument",
    "nullsNotDistinct: has no meaning without unique",
  ];
  expect((await problemsOf(args)).toSorted()).toEqual(expected.toSorted());
});

const REFUSED: readonly (readonly [title: string, args: unknown, problems: readonly string[]])[] = [
  ["nothing at all", undefined, [": is missing"]],
  ["no object", "messages", [": expected object, received string"]],
  ["an empty object", {}, ["table: is missing", "name: is missing", "columns: is missing"]],
  ["no column", { ...MINIMAL, columns: [] }, ["columns: is empty"]],
  ["columns as text", { ...MINIMAL, columns: "a" }, ["columns: expected array, received string"]],
  [
    "a constraint over columns as text",
    { ...MINIMAL, columns: "a", constraint: "unique" },
    ["columns: expected array, received string"],
  ],
  [
    "parameters of an operator class that are null",
    { ...MINIMAL, columns: [{ column: "a", operatorClassParameters: null }] },
    ["columns[0].operatorClassParameters: expected record, received null"],
  ],
  ["null", { ...MINIMAL, unique: null }, ["unique: expected boolean, received null"]],
  [
    "a comment that no text column could hold",
    { ...MINIMAL, comment: "a\0b" },
    ["comment: contains a NUL character"],
  ],
  [
    "another constraint",
    { ...MINIMAL, constraint: "exclusion" },
    ['constraint: Invalid option: expected one of "unique"|"primaryKey"'],
  ],
  [
    "a constraint over what PostgreSQL takes none of",
    {
      ...MINIMAL,
      constraint: "unique",
      predicate: "a > 0",
      accessMethod: "hash",
      columns: [{ column: "a", order: "desc" }],
    },
    [
      "constraint: cannot be combined with a predicate",
      "constraint: needs accessMethod btree",
      "constraint: needs plain columns in the default order",
    ],
  ],
  [
    "a constraint over an expression",
    { ...MINIMAL, constraint: "primaryKey", columns: [{ expression: "lower(a)" }] },
    ["constraint: needs plain columns in the default order"],
  ],
  [
    "a constraint over nulls at another place",
    { ...MINIMAL, constraint: "unique", columns: [{ column: "a", nulls: "first" }] },
    ["constraint: needs plain columns in the default order"],
  ],
  [
    "a primary key that would hold nulls",
    { ...MINIMAL, constraint: "primaryKey", nullsNotDistinct: true },
    ["constraint: cannot be primaryKey with nullsNotDistinct"],
  ],
  [
    "a rebuild at a ratio that is always reached",
    { ...MINIMAL, rebuildWhen: { bloatRatio: 1 } },
    ["rebuildWhen.bloatRatio: must be above 1"],
  ],
  [
    "a trigger that is no text, and another condition",
    { ...MINIMAL, rebuildWhen: { trigger: 5, at: "night" } },
    ["rebuildWhen.trigger: expected string, received number", "rebuildWhen.at: is not an argument"],
  ],
  [
    "a statistics target out of range",
    {
      ...MINIMAL,
      columns: [-1, 10_001, 1.5].map((statistics) => ({ expression: "lower(a)", statistics })),
    },
    [
      "columns[0].statistics: Too small: expected number to be >=0",
      "columns[1].statistics: Too big: expected number to be <=10000",
      "columns[2].statistics: expected int, received number",
    ],
  ],
  [
    "more than 32 columns",
    { ...MINIMAL, columns: Array(20).fill("a"), include: Array(13).fill("b") },
    ["columns: has more than 32 entries, counting include"],
  ],
  [
    "a patience that is no length of time, or no number",
    { ...MINIMAL, waitFor: "soon", buildWithin: "24", retries: -1 },
    [
      "waitFor: is not a length of time",
      "buildWithin: is not a length of time",
      "retries: Too small: expected number to be >=0",
    ],
  ],
  [
    "a string that does not end",
    { ...MINIMAL, predicate: "a = 'x" },
    [
      "predicate: is not SQL that PostgreSQL can parse: " +
        "unterminated string, quoted name or number",
    ],
  ],
];

describe("refused", () => {
  test.each(REFUSED)("%s", async (_title, args, problems) => {
    expect(await problemsOf(args)).toEqual(problems);
  });
});

const TAKEN: readonly (readonly [title: string, args: Args, desired: object])[] = [
  ["a comment", { comment: "sign-in" }, { comment: "sign-in" }],
  ["an empty comment, which removes one", { comment: "" }, { comment: "" }],
  [
    "a constraint, which is unique",
    { constraint: "unique" },
    { constraint: "unique", unique: true },
  ],
  ["a primary key", { constraint: "primaryKey" }, { constraint: "primaryKey", unique: true }],
  [
    "a constraint to which two nulls are equal",
    { constraint: "unique", nullsNotDistinct: true },
    { constraint: "unique", unique: true, nullsNotDistinct: true },
  ],
  [
    "a trigger",
    { rebuildWhen: { trigger: "glibc 2.41" } },
    { policy: { invalidLeftover: "rebuild", rebuildWhen: { trigger: "glibc 2.41" } } },
  ],
  [
    "a ratio",
    { rebuildWhen: { bloatRatio: 1.5 } },
    { policy: { invalidLeftover: "rebuild", rebuildWhen: { bloatRatio: 1.5 } } },
  ],
  [
    "a statistics target",
    { columns: [{ expression: "lower(a)", statistics: 0 }] },
    { keys: [{ expression: "lower(a)", statistics: 0, operatorClassParameters: {} }] },
  ],
];

describe("taken", () => {
  test.each(TAKEN)("%s", async (_title, args, desired) => {
    expect(await declare({ ...MINIMAL, ...args })).toEqual({
      ...(await declare(MINIMAL)),
      ...desired,
    });
  });
});

const UNKNOWNS: readonly (readonly [title: string, args: Args])[] = [
  ["a name", { ...MINIMAL, table: UNKNOWN }],
  ["all columns", { ...MINIMAL, columns: UNKNOWN }],
  ["one column", { ...MINIMAL, columns: ["a", UNKNOWN] }],
  ["an expression, which would not parse", { ...MINIMAL, columns: [{ expression: UNKNOWN }] }],
  ["a predicate", { ...MINIMAL, predicate: UNKNOWN }],
  ["a boolean", { ...MINIMAL, unique: UNKNOWN }],
  [
    "a boolean that another argument needs",
    { ...MINIMAL, unique: UNKNOWN, nullsNotDistinct: true },
  ],
  ["a choice", { ...MINIMAL, invalidLeftover: UNKNOWN }],
  ["a choice of a column", { ...MINIMAL, columns: [{ column: "a", order: UNKNOWN }] }],
  ["a collation", { ...MINIMAL, columns: [{ column: "a", collation: UNKNOWN }] }],
  ["a parameter", { ...MINIMAL, storageParameters: { fillfactor: UNKNOWN } }],
  ["all parameters", { ...MINIMAL, storageParameters: UNKNOWN }],
];

describe("a value that Pulumi does not know yet is no problem", () => {
  test.each(UNKNOWNS)("%s", async (_title, args) => {
    expect(await parseIndexArgs(args)).toEqual({ kind: "unknown" });
  });

  test("but what is wrong beside it is told, without the unknown's own value", async () => {
    const problems = await problemsOf({
      table: UNKNOWN,
      name: "",
      columns: [UNKNOWN, "", { expression: UNKNOWN, order: "up" }],
    });
    expect(problems).toEqual([
      "name: is empty",
      "columns[1]: is empty",
      'columns[2].order: Invalid option: expected one of "asc"|"desc"',
    ]);
    expect(problems.join()).not.toContain(UNKNOWN);
  });
});

test("a patience is kept in milliseconds, and not at all where none is declared", async () => {
  expect((await declare(MINIMAL)).policy.patience).toBeUndefined();
  const { patience } = (await declare({ ...MINIMAL, waitFor: "90s", retries: 0 })).policy;
  expect(patience).toEqual({ waitForMs: 90_000, retries: 0 });
  expect(Object.keys(patience ?? {})).toEqual(["waitForMs", "retries"]);
});
