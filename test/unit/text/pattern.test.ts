import { describe, expect, test } from "vitest";
import { escapePattern, namePattern } from "../../../providers/pgindex/src/engine/text/pattern.ts";

test("an escaped text is matched as it stands", () => {
  const text = "a.b*c+d?(e)[f]{g}|h^i$j\\k";
  expect(new RegExp(`^${escapePattern(text)}$`, "u").test(text)).toBe(true);
  expect(new RegExp(escapePattern("a.b")).test("axb")).toBe(false);
});

describe("a name is found as a whole identifier", () => {
  test.each([
    ["body", "lower(body)", true],
    ["body", "lower(body2)", false],
    ["body", "my_body", false],
    ["body", "$body", false],
    ["état", 'lower("état")', true],
    ["état", 'lower("états")', false],
    ["tat", 'lower("état")', false],
    ["имя", "lower(имя)", true],
    ["им", "lower(имя)", false],
    ["a.b", 'lower("a.b")', true],
    ["a.b", "axb", false],
    ["2nd", '"2nd" > 0', true],
  ])("%s in %s: %s", (name, text, isThere) => expect(namePattern(name).test(text)).toBe(isThere));
});
