import { describe, expect, test } from "vitest";
import {
  ident,
  literal,
  qualified,
  searchPathValue,
} from "../../../providers/pgindex/src/engine/text/sql.ts";

describe("an identifier is always quoted", () => {
  test.each([
    ["users", '"users"'],
    ["user", '"user"'],
    ["MixedCase", '"MixedCase"'],
    ['a "b"', '"a ""b"""'],
    ['"', '""""'],
    ['x"; DROP TABLE t; --', '"x""; DROP TABLE t; --"'],
    ["naïve 😀", '"naïve 😀"'],
    ["a.b", '"a.b"'],
    ["", '""'],
  ])("%j", (name, quoted) => expect(ident(name)).toBe(quoted));
});

describe("a constant is quoted", () => {
  test.each([
    ["70", "'70'"],
    ["it's", "'it''s'"],
    ["'", "''''"],
    ["back\\slash", "'back\\slash'"],
    ["'; DROP TABLE t; --", "'''; DROP TABLE t; --'"],
    ["", "''"],
  ])("%j", (value, quoted) => expect(literal(value)).toBe(quoted));
});

test("a qualified name quotes both parts", () => {
  expect(qualified("App", 'my "t"')).toBe('"App"."my ""t"""');
});

test("a search path is a list of quoted names, and empty for none", () => {
  expect(searchPathValue(["app", "public", 'a"b'])).toBe('"app", "public", "a""b"');
  expect(searchPathValue([])).toBe("");
});
