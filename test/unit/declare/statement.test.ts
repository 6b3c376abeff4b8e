import { describe, expect, test } from "vitest";
import {
  cloneIndexStatement,
  createIndexStatement,
  dropIndexStatement,
} from "../../../providers/pgindex/src/engine/declare/statement.ts";
import { type Args, declare } from "../../support/engine/engine.ts";

const BASE = { table: "t", name: "i", columns: ["a"] };
const HEAD = 'CREATE INDEX CONCURRENTLY "i" ON "public"."t" USING "btree"';

const CASES: readonly (readonly [title: string, args: Args, sql: string])[] = [
  ["the least", {}, `${HEAD} ("a")`],
  ["several columns", { columns: ["a", "b"] }, `${HEAD} ("a", "b")`],
  ["an expression", { columns: [{ expression: "lower(a)" }] }, `${HEAD} ((lower(a)))`],
  ["ascending", { columns: [{ column: "a", order: "asc" }] }, `${HEAD} ("a" ASC)`],
  ["descending", { columns: [{ column: "a", order: "desc" }] }, `${HEAD} ("a" DESC)`],
  ["nulls first", { columns: [{ column: "a", nulls: "first" }] }, `${HEAD} ("a" NULLS FIRST)`],
  ["nulls last", { columns: [{ column: "a", nulls: "last" }] }, `${HEAD} ("a" NULLS LAST)`],
  ["a collation", { columns: [{ column: "a", collation: "C" }] }, `${HEAD} ("a" COLLATE "C")`],
  [
    "a collation with its schema",
    { columns: [{ column: "a", collation: { schema: "app", name: "de" } }] },
    `${HEAD} ("a" COLLATE "app"."de")`,
  ],
  [
    "an operator class",
    { columns: [{ column: "a", operatorClass: "text_pattern_ops" }] },
    `${HEAD} ("a" "text_pattern_ops")`,
  ],
  [
    "an operator class with its schema and parameters",
    {
      columns: [
        {
          column: "a",
          operatorClass: { schema: "ext", name: "gist_trgm_ops" },
          operatorClassParameters: { siglen: 32, 'o"dd': "it's" },
        },
      ],
    },
    `${HEAD} ("a" "ext"."gist_trgm_ops" ("siglen" = '32', "o""dd" = 'it''s'))`,
  ],
  [
    "everything that a key may carry, in the grammar's order",
    {
      columns: [
        {
          expression: "lower(a)",
          nulls: "last",
          order: "desc",
          operatorClass: "text_ops",
          collation: "C",
        },
        "b",
      ],
    },
    `${HEAD} ((lower(a)) COLLATE "C" "text_ops" DESC NULLS LAST, "b")`,
  ],
  ["included columns", { include: ["b", "c d"] }, `${HEAD} ("a") INCLUDE ("b", "c d")`],
  ["a predicate", { predicate: "a > 0 OR b" }, `${HEAD} ("a") WHERE (a > 0 OR b)`],
  [
    "storage parameters",
    { storageParameters: { fillfactor: 70, deduplicate_items: false } },
    `${HEAD} ("a") WITH ("fillfactor" = '70', "deduplicate_items" = 'false')`,
  ],
  ["a tablespace", { tablespace: "fast" }, `${HEAD} ("a") TABLESPACE "fast"`],
  [
    "an access method",
    { accessMethod: "gin" },
    'CREATE INDEX CONCURRENTLY "i" ON "public"."t" USING "gin" ("a")',
  ],
  [
    "unique",
    { unique: true },
    'CREATE UNIQUE INDEX CONCURRENTLY "i" ON "public"."t" USING "btree" ("a")',
  ],
  [
    "unique with nulls not distinct",
    { unique: true, nullsNotDistinct: true },
    'CREATE UNIQUE INDEX CONCURRENTLY "i" ON "public"."t" USING "btree" ("a") NULLS NOT DISTINCT',
  ],
  [
    "names that need quoting",
    { schema: "My App", table: 'or"der', name: "x; drop", columns: ["Füße"] },
    'CREATE INDEX CONCURRENTLY "x; drop" ON "My App"."or""der" USING "btree" ("Füße")',
  ],
  [
    "everything at once, in the grammar's order",
    {
      unique: true,
      nullsNotDistinct: true,
      include: ["b"],
      storageParameters: { fillfactor: 90 },
      tablespace: "fast",
      predicate: "b IS NOT NULL",
    },
    'CREATE UNIQUE INDEX CONCURRENTLY "i" ON "public"."t" USING "btree" ("a") INCLUDE ("b") ' +
      "NULLS NOT DISTINCT " +
      'WITH ("fillfactor" = \'90\') TABLESPACE "fast" WHERE (b IS NOT NULL)',
  ],
];

describe("the statement that builds an index", () => {
  test.each(CASES)("%s", async (_title, args, sql) => {
    expect(createIndexStatement(await declare({ ...BASE, ...args }))).toBe(sql);
  });

  test("is never IF NOT EXISTS, which an INVALID leftover would satisfy", async () => {
    expect(createIndexStatement(await declare(BASE))).not.toMatch(/IF NOT EXISTS/i);
  });
});

test("what is looked up and what is done with leftovers is no part of the statement", async () => {
  const plain = createIndexStatement(await declare(BASE));
  const other = await declare({ ...BASE, searchPath: ["x"], invalidLeftover: "refuse" });
  expect(createIndexStatement(other)).toBe(plain);
});

test("the clone's index differs in its place only: plain, and in no tablespace", async () => {
  const desired = await declare({
    ...BASE,
    unique: true,
    tablespace: "fast",
    predicate: "a > 0",
    storageParameters: { fillfactor: 70 },
  });
  expect(cloneIndexStatement(desired, 'pg_temp."t"', "c")).toBe(
    'CREATE UNIQUE INDEX "c" ON pg_temp."t" USING "btree" ("a") WITH ("fillfactor" = \'70\') ' +
      "WHERE (a > 0)",
  );
});

test("a drop is concurrent, qualified and quoted", () => {
  expect(dropIndexStatement("App", 'i"x')).toBe('DROP INDEX CONCURRENTLY "App"."i""x"');
});
