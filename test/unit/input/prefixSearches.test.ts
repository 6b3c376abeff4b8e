// Which conditions find texts by how they begin.
import { beforeAll, expect, test } from "vitest";
import { loadParser } from "../../../providers/pgindex/src/engine/input/expression.ts";
import {
  namesCollation,
  prefixSearches,
} from "../../../providers/pgindex/src/engine/input/prefixSearches.ts";

beforeAll(loadParser);

test.each<[condition: string, values: unknown[], pattern: string | undefined]>([
  ["c LIKE 'ab%'", [], "ab%"],
  ["t.c LIKE 'a_b'", [], "a_b"],
  ["c LIKE 'a\\%b%'", [], "a\\%b%"],
  ["c LIKE $1", ["ab%"], "ab%"],
  ["c LIKE $1::text", ["ab%"], "ab%"],
  ["c LIKE $1", [], undefined],
  ["c LIKE $1", [null], undefined],
  ["c LIKE '%ab%'", [], undefined],
  ["c LIKE '_b'", [], undefined],
  ["c LIKE 'ab'", [], undefined],
  ["c ILIKE 'ab%'", [], undefined],
  ["c NOT LIKE 'ab%'", [], undefined],
  ["lower(c) LIKE 'ab%'", [], undefined],
  ["c = 'ab%'", [], undefined],
])("%s %j", (condition, values, pattern) => {
  const found = prefixSearches(`SELECT * FROM t WHERE ${condition}`, values);
  expect(found).toEqual(pattern === undefined ? [] : [{ column: "c", pattern }]);
});

test("a collation that the query names is seen", () => {
  expect(namesCollation(`SELECT FROM t WHERE c COLLATE "C" = 'a'`)).toBe(true);
  expect(namesCollation("SELECT FROM t WHERE c = 'a'")).toBe(false);
});
