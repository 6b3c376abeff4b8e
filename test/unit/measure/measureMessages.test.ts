import { describe, expect, test } from "vitest";
import {
  queryFailed,
  sampleTimedOut,
} from "../../../providers/pgindex/src/engine/measure/measureMessages.ts";
import type { ParsedQuery } from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";

const INDEX = { schema: "public", table: "t", name: "i" };
const QUERY: ParsedQuery = {
  name: "lookup",
  sql: "SELECT $1::int",
  parameters: 1,
  runs: 5,
  timeoutMs: 500,
  expect: { usesIndex: true },
};

function serverError(code: string, message = "what the server said"): Error {
  return Object.assign(new Error(message), { code });
}

describe("a query that the server refuses", () => {
  test.each<[code: string, fix: RegExp]>([
    ["42703", /check the column's spelling/],
    ["42501", /GRANT SELECT/],
    ["25006", /measure a SELECT that changes nothing/],
    ["42601", /try the query in psql/],
  ])("%s: what the server said, and what to do", (code, fix) => {
    const failure = queryFailed(QUERY, INDEX, serverError(code));
    expect(failure?.advice).toEqual({
      what: 'cannot measure query "lookup" of index public.i: what the server said',
      why: `SQLSTATE ${code}; nothing was changed`,
      fix: expect.stringMatching(fix),
    });
    expect(failure?.cause).toBeInstanceOf(Error);
  });

  test.each<[from: Partial<ParsedQuery>, fix: RegExp]>([
    [{ sample: "SELECT a FROM t" }, /check that sample returns/],
    [{ values: ["secret"] }, /check that values has/],
  ])("for a value: not what it said, since that quotes the value: %j", (from, fix) => {
    const error = serverError("22P02", 'invalid input syntax for type integer: "secret"');
    const failure = queryFailed({ ...QUERY, ...from }, INDEX, error);
    expect(failure?.message).not.toContain("secret");
    expect(failure?.cause).toBeUndefined();
    expect(failure?.advice).toMatchObject({
      what: expect.stringMatching(/: the server refused a value$/),
      why: expect.stringMatching(/^SQLSTATE 22P02 /),
      fix: expect.stringMatching(fix),
    });
  });

  test("is not what a lost connection is", () => {
    const lost = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    expect(queryFailed(QUERY, INDEX, lost)).toBeUndefined();
  });
});

test("a sample that takes too long is told by its time", () => {
  const { what, otherwise } = sampleTimedOut(QUERY, INDEX).advice;
  expect(what).toMatch(/its sample did not end within 500 ms$/);
  expect(otherwise).toBe("give values, or a longer timeout");
});
