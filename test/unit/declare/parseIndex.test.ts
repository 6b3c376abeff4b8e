import { describe, expect, test } from "vitest";
import { parseIndexArgs } from "../../../providers/pgindex/src/engine/declare/parseIndex.ts";
import { UNKNOWN } from "../../../providers/pgindex/src/engine/input/unknownValues.ts";
import { MINIMAL, problemsOf } from "../../support/declare/minimalIndex.ts";
import { type Args, declare } from "../../support/engine/engine.ts";

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
