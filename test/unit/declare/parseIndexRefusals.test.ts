import { describe, expect, test } from "vitest";
import { MINIMAL, problemsOf } from "../../support/declare/minimalIndex.ts";

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
