import { describe, expect, it } from "vitest";
import { parseServedQueries } from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { problemsOf, QUERY } from "../../support/measure/servedQuery.ts";

describe("refused in preview", () => {
  const refused: [title: string, change: Record<string, unknown>, path: string, problem: RegExp][] =
    [
      ["nothing", { sql: " " }, "sql", /is empty/],
      ["a typing error", { sql: "SELEC 1" }, "sql", /syntax error at or near "SELEC"/],
      [
        "what no parser's stack takes",
        { sql: `SELECT ${Array(50_000).fill("a").join("+")}` },
        "sql",
        /not SQL.*nested too deeply/,
      ],
      ["a second statement", { sql: "SELECT $1; DROP TABLE t" }, "sql", /is 2 statements/],
      ["an UPDATE", { sql: "UPDATE t SET a = $1" }, "sql", /is not a SELECT/],
      ["EXPLAIN itself", { sql: "EXPLAIN ANALYZE SELECT $1" }, "sql", /is not a SELECT/],
      ["ANALYZE in disguise", { sql: "ANALYZE SELECT $1" }, "sql", /syntax error/],
      ["FOR UPDATE", { sql: "SELECT * FROM t WHERE a = $1 FOR UPDATE" }, "sql", /locks rows/],
      [
        "FOR SHARE in a subquery",
        { sql: "SELECT * FROM (SELECT 1 FROM t FOR SHARE) s WHERE $1 = 1" },
        "sql",
        /locks rows/,
      ],
      ["SELECT INTO", { sql: "SELECT $1 INTO x" }, "sql", /creates a table/],
      [
        "an INSERT in a WITH",
        { sql: "WITH a AS (INSERT INTO t VALUES ($1) RETURNING *) SELECT * FROM a" },
        "sql",
        /contains INSERT/,
      ],
      [
        "a DELETE deeper down",
        { sql: "SELECT * FROM (WITH a AS (DELETE FROM t RETURNING 1) SELECT $1 FROM a) b" },
        "sql",
        /contains DELETE/,
      ],
      [
        "a NUL, behind which the parser reads nothing",
        { sql: "SELECT $1\0; DROP TABLE t" },
        "sql",
        /NUL/,
      ],
      [
        "a gap in the numbers",
        { sql: "SELECT $1, $3", values: [1, 2] },
        "sql",
        /uses \$3 but not \$2/,
      ],
      ["$0", { sql: "SELECT $0" }, "sql", /not \$1/],
      ["no values", { values: undefined }, "sql", /takes 1 parameter but has no values/],
      ["too many values", { values: [1, 2] }, "values", /has 2 values for 1 parameter/],
      ["values for nothing", { sql: "SELECT 1" }, "values", /has 1 value for 0 parameters/],
      ["values and a sample", { sample: "SELECT 1" }, "sample", /is given together with values/],
      [
        "a sample for nothing",
        { sql: "SELECT 1", values: undefined, sample: "SELECT 1" },
        "sample",
        /leave sample out/,
      ],
      [
        "a sample of two columns",
        { values: undefined, sample: "SELECT 1, 2" },
        "sample",
        /returns 2 columns for 1 parameter/,
      ],
      [
        "a sample of who knows what",
        { values: undefined, sample: "SELECT t.* FROM t" },
        "sample",
        /returns \*/,
      ],
      [
        "a sample with a parameter",
        { values: undefined, sample: "SELECT $1" },
        "sample",
        /takes a parameter/,
      ],
      [
        "a sample that deletes",
        { values: undefined, sample: "DELETE FROM t" },
        "sample",
        /is not a SELECT/,
      ],
      ["a timeout without sense", { timeout: "soon" }, "timeout", /is not a length of time/],
      ["a timeout of nothing, which would be none", { timeout: "0s" }, "timeout", /is zero/],
      [
        "a timeout beyond PostgreSQL's",
        { timeout: "30d" },
        "timeout",
        /longer than PostgreSQL can wait/,
      ],
      ["no run", { runs: 0 }, "runs", /is below 1/],
      ["half a run", { runs: 1.5 }, "runs", /is not a whole number/],
      [
        "a plan type that no plan has",
        { expect: { planTypes: ["IndexScan"] } },
        "expect.planTypes[0]",
        /is not how PostgreSQL scans/,
      ],
      ["a bound of zero", { expect: { maximumMs: 0 } }, "expect.maximumMs", /is not above zero/],
      ["an argument that does not exist", { expects: {} }, "expects", /is not an argument/],
    ];
  it.each(refused)("%s", async (_title, change, path, problem) => {
    const problems = await problemsOf({ ...QUERY, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems[0]?.startsWith(`serves[0].${path} `)).toBe(true);
  });

  it("one query that is not in a list", async () => {
    const parsed = await parseServedQueries(QUERY);
    const message = "expected array, received object";
    expect(parsed).toMatchObject({ problems: [{ path: "serves", message }] });
  });

  it("every problem at once", async () => {
    const problems = await problemsOf(
      { ...QUERY, runs: 0, values: [] },
      { ...QUERY, sql: "DELETE FROM t", timeout: "x" },
      7,
    );
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "serves[0].runs",
      "serves[0].values",
      "serves[1].sql",
      "serves[1].timeout",
      "serves[2]",
      "serves[1].name",
    ]);
  });

  it("what is no list at all", async () => {
    const parsed = await parseServedQueries("SELECT 1");
    expect(parsed).toMatchObject({ kind: "problems", problems: [{ path: "serves" }] });
  });
});
