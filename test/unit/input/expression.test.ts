import { parseSync } from "libpg-query";
import { beforeAll, describe, expect, test } from "vitest";
import {
  checkExpression,
  checkTree,
  loadParser,
  syntaxReason,
} from "../../../providers/pgindex/src/engine/input/expression.ts";

beforeAll(loadParser);

const ACCEPTED = [
  "lower(email)",
  "a",
  "(a)",
  "a + b",
  "a IS NOT NULL AND b > 0",
  "NOT a",
  "a IN (1, 2)",
  "a = ANY (ARRAY[1, 2])",
  "a BETWEEN 1 AND 2",
  "CASE WHEN a THEN b ELSE c END",
  "data -> 'key' ->> 'other'",
  "data ? 'key'",
  "tags && '{a,b}'",
  "a::int",
  "CAST(a AS numeric(10, 2))",
  'name COLLATE "C"',
  "created_at AT TIME ZONE 'UTC'",
  "interval '1 day'",
  "f(a => 1)",
  "row(a, b)",
  "a[1]",
  "(a).b",
  "t.b",
  "a - -1",
  // Brackets, semicolons and comment signs inside strings and names are text.
  "'(;'",
  "a || '--' || '/*'",
  "a || ')'",
  "$$ ) ; -- $$",
  "$x$ ( $$ $x$",
  "E'\\')'",
  "'a\\' || ')'",
  "\"odd ) ; -- name\" = 'x'",
  "U&'\\0041'",
  "U&\"d!0061t\" UESCAPE '!' = 1",
  "x'ff' = b",
  "naïve = 'é('",
  "名前 = '値'",
  "'😀(' = a",
  "\n  lower(\n email )\n",
] as const;

describe("one expression is accepted", () => {
  test.each(ACCEPTED)("%j", (text) => expect(checkExpression(text)).toBeUndefined());
});

const REFUSED: readonly (readonly [text: string, reason: RegExp])[] = [
  ["x) ; drop table t; --", /closes a bracket that it did not open/],
  ["a) where (b", /closes a bracket/],
  ["a), (b", /closes a bracket/],
  ["a) + (b", /closes a bracket/],
  ["é)", /closes a bracket/],
  [")", /closes a bracket/],
  ["(a", /leaves a bracket open/],
  ["a; drop table t", /semicolon/],
  ["a;", /semicolon/],
  ["a -- rest", /comment/],
  ["/* x */ a", /comment/],
  ["a /* ( */", /comment/],
  ["a --1", /comment/],
  ["a, b", /is a list/],
  ["(a, b)", /is a list/],
  ["(select 1)", /subquery/],
  ["select 1", /subquery/],
  ["exists (select 1)", /subquery/],
  ["a in (select b from c)", /subquery/],
  ["array(select 1)", /subquery/],
  ["values (1)", /subquery/],
  ["a = $1", /parameter/],
  ["default", /DEFAULT/],
  ["", /is empty/],
  [" \n\t", /is empty/],
  ["a\0b", /NUL/],
  ["*", /not SQL.*"\*"/],
  ["a b", /not SQL/],
  ["a as b", /not SQL/],
  ["a from b", /not SQL/],
  ["a limit 1", /not SQL/],
  ["a into b", /not SQL/],
  ["()", /not SQL/],
  ["a[1", /not SQL/],
  ["a asc", /not SQL/],
  ["\\", /not SQL/],
  ["'x", /not SQL.*unterminated/],
  ["E'x\\'", /not SQL.*unterminated/],
  ['"x', /not SQL.*unterminated/],
  ["$$x", /not SQL.*unterminated/],
  ["1a", /not SQL/],
  [`${"(".repeat(50_000)}a${")".repeat(50_000)}`, /not SQL/],
  [Array(50_000).fill("a").join("+"), /not SQL.*nested too deeply/],
];

describe("everything else is refused, with a reason and a fix", () => {
  test.each(
    REFUSED.map(([text, reason]) => [JSON.stringify(text).slice(0, 60), text, reason] as const),
  )("%s", (_title, text, reason) => {
    const problem = checkExpression(text);
    expect(problem?.message).toMatch(reason);
    expect(problem?.fix).toMatch(/\S/);
  });

  test("a refusal leaves the parser usable", () => {
    for (const [text] of REFUSED) checkExpression(text);
    expect(checkExpression("lower(email)")).toBeUndefined();
  });
});

describe("what the tokens would have let through does not pass the tree", () => {
  test.each([
    "SELECT (a); DROP TABLE t",
    "SELECT (a), (b)",
    "SELECT",
    "SELECT (a) FROM t",
    "SELECT (a) WHERE (b)",
    "SELECT (a) UNION SELECT (b)",
    "DROP TABLE t",
  ])("%j", (statement) => {
    expect(checkTree(parseSync(statement))?.message).toBe("is more than one expression");
  });

  test("one expression does", () => expect(checkTree(parseSync("SELECT (a)"))).toBeUndefined());
});

test("an error that is not the parser's is not taken for the user's mistake", () => {
  const fault = new TypeError("x is not a function");
  expect(() => syntaxReason(fault)).toThrow(fault);
  expect(syntaxReason(new RangeError("too deep"))).toBe(": it is nested too deeply");
});
