import { describe, expect, test } from "vitest";
import { declaredStatement } from "../../../providers/pgindex/src/engine/declare/statement.ts";
import {
  buildSteps,
  extraSteps,
  reindex,
} from "../../../providers/pgindex/src/engine/plan/buildSteps.ts";
import { type Args, declare } from "../../support/engine/engine.ts";

const BASE = { schema: "App", table: "t", name: "i", columns: ["a"] };
const CREATE = 'CREATE INDEX CONCURRENTLY "i" ON "App"."t" USING "btree"';
const UNIQUE = CREATE.replace("INDEX", "UNIQUE INDEX");
const lower = { expression: "lower(b)" };

const STATEMENTS: readonly (readonly [title: string, args: Args, statements: string[]])[] = [
  ["CREATE INDEX alone", {}, [`${CREATE} ("a")`]],
  [
    "a comment",
    { comment: "it's mine" },
    [`${CREATE} ("a")`, `COMMENT ON INDEX "App"."i" IS 'it''s mine'`],
  ],
  ["no comment", { comment: "" }, [`${CREATE} ("a")`, `COMMENT ON INDEX "App"."i" IS ''`]],
  [
    "statistics of each expression that declares them",
    {
      columns: [
        "a",
        { ...lower, statistics: 500 },
        { expression: "upper(b)", statistics: 0 },
        lower,
      ],
    },
    [
      `${CREATE} ("a", (lower(b)), (upper(b)), (lower(b)))`,
      'ALTER INDEX "App"."i" ALTER COLUMN 2 SET STATISTICS 500',
      'ALTER INDEX "App"."i" ALTER COLUMN 3 SET STATISTICS 0',
    ],
  ],
  [
    "a unique constraint",
    { constraint: "unique" },
    [`${UNIQUE} ("a")`, 'ALTER TABLE "App"."t" ADD CONSTRAINT "i" UNIQUE USING INDEX "i"'],
  ],
  [
    "a primary key, and a comment",
    { constraint: "primaryKey", comment: "key" },
    [
      `${UNIQUE} ("a")`,
      `COMMENT ON INDEX "App"."i" IS 'key'`,
      'ALTER TABLE "App"."t" ADD CONSTRAINT "i" PRIMARY KEY USING INDEX "i"',
    ],
  ],
];

const sqlOf = (steps: ReturnType<typeof buildSteps>) =>
  steps.flatMap((step) => ("sqls" in step ? step.sqls : "sql" in step ? [step.sql] : []));

describe("what makes an index, as the preview shows it and as it is run", () => {
  test.each(STATEMENTS)("%s", async (_title, args, statements) => {
    const desired = await declare({ ...BASE, ...args });
    expect(declaredStatement(desired)).toBe(statements.join(";\n"));
    const run = sqlOf(buildSteps(desired, "i", "it does not exist"));
    expect(run.filter((sql) => !sql.startsWith("ANALYZE"))).toEqual(statements);
  });

  test("when it is rebuilt, and what becomes of a leftover, is no part of it", async () => {
    const other = { rebuildWhen: { trigger: "x" }, invalidLeftover: "refuse", searchPath: [] };
    expect(declaredStatement(await declare({ ...BASE, ...other }))).toBe(`${CREATE} ("a")`);
  });
});

describe("built under another name", () => {
  test("it has its comment and statistics, and no constraint yet", async () => {
    const columns = ["a", { ...lower, statistics: 9 }];
    const desired = await declare({ ...BASE, columns, comment: "mine", unique: true });
    expect(sqlOf(buildSteps({ ...desired, constraint: "unique" }, "n", "why"))).toEqual([
      `${UNIQUE.replace('"i"', '"n"')} ("a", (lower(b)))`,
      'ALTER INDEX "App"."n" ALTER COLUMN 2 SET STATISTICS 9',
      `COMMENT ON INDEX "App"."n" IS 'mine'`,
      'ANALYZE "App"."t"',
    ]);
  });

  test("statistics are set before ANALYZE, in one transaction with the comment", async () => {
    const columns = [{ ...lower, statistics: 9 }];
    const desired = await declare({ ...BASE, columns, comment: "mine" });
    expect(buildSteps(desired, "n", "why").map(({ kind }) => kind)).toEqual([
      "build",
      "alter",
      "analyze",
    ]);
    expect(extraSteps(await declare(BASE), "n")).toEqual([]);
  });
});

test("a constraint's lock is told: everything waits for it, nothing for the build", async () => {
  const desired = await declare({ ...BASE, constraint: "unique", comment: "mine" });
  expect(buildSteps(desired, "i", "why").map((step) => "locks" in step && step.locks)).toEqual([
    "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other DDL waits",
    "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on",
    "ACCESS EXCLUSIVE on the table, for milliseconds: everything waits",
  ]);
});

test("a rebuild is concurrent, and says why", async () => {
  expect(reindex(await declare(BASE), "the trigger has changed")).toMatchObject({
    kind: "reindex",
    name: "i",
    sql: 'REINDEX INDEX CONCURRENTLY "App"."i"',
    why: "the trigger has changed",
  });
});
