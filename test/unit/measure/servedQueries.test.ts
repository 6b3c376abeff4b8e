import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../providers/pgindex/src/engine/input/unknownValues.ts";
import { parseServedQueries } from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { problemsOf, QUERY } from "../../support/measure/servedQuery.ts";

describe("a served query", () => {
  it("gets its defaults", async () => {
    expect(await parseServedQueries([QUERY])).toEqual({
      kind: "ok",
      value: [
        {
          name: "lookup",
          sql: "SELECT * FROM t WHERE id = $1",
          parameters: 1,
          values: ["1"],
          sample: undefined,
          relations: [{ schema: undefined, name: "t" }],
          unqualified: {
            relations: ["t"],
            types: [],
            functions: [],
            operators: ["="],
            columns: ["id"],
          },
          runs: 5,
          timeoutMs: 30_000,
          expect: { usesIndex: true },
        },
      ],
    });
  });

  it("loses its semicolon and what stands behind it, letters of two bytes or not", async () => {
    const parsed = await parseServedQueries([
      { name: "é", sql: "/* é */ SELECT 'é', a FROM t;  -- é" },
    ]);
    expect(parsed).toMatchObject({ value: [{ sql: "/* é */ SELECT 'é', a FROM t" }] });
  });

  it("loses an empty statement in front, and what stands there", async () => {
    const sql = "/* no statement */; SELECT a FROM t";
    const parsed = await parseServedQueries([{ name: "q", sql }]);
    expect(parsed).toMatchObject({ value: [{ sql: "SELECT a FROM t" }] });
  });

  it("may be as deep as an ORM makes it", async () => {
    const sql = `SELECT $1::int + ${Array(4_000).fill("a").join(" + ")} FROM t`;
    expect(await problemsOf({ ...QUERY, sql })).toEqual([]);
  });

  it("keeps a WITH, a UNION, a VALUES and a parameter that is used twice", async () => {
    const sql = [
      "WITH a AS (SELECT 1) SELECT * FROM a WHERE 1 = $1 OR 2 = $1",
      "SELECT $1::int UNION SELECT 2",
      "VALUES ($1::int)",
    ];
    expect(await problemsOf(...sql.map((text) => ({ ...QUERY, name: text, sql: text })))).toEqual(
      [],
    );
  });

  it("waits for what is not known yet", async () => {
    expect(await parseServedQueries([{ ...QUERY, values: UNKNOWN }])).toEqual({
      kind: "unknown",
    });
  });
});
