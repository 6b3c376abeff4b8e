import { describe, expect, test } from "vitest";
import {
  didYouMean,
  similarNames,
} from "../../../providers/pgindex/src/engine/text/similarNames.ts";

const TABLES = ["messages", "Users", "users_archive", "conversation_messages", "id", "it"];

describe("the name that was meant", () => {
  test.each<[written: string, meant: readonly string[]]>([
    ["mesages", ["messages"]],
    ["Messages", ["messages"]],
    ['"messages"', ["messages"]],
    ["users", ["Users"]],
    ["usersArchive", ["users_archive"]],
    ["conversationMessages", ["conversation_messages"]],
    ["conversation-message", ["conversation_messages"]],
    ["ids", ["id"]],
    ["ix", []],
    ["Usres", ["Users"]],
    ["orders", []],
    ["x", []],
    ["", []],
    ["constructor", []],
  ])("%s", (written, meant) => expect(similarNames(written, TABLES)).toEqual(meant));

  test("not itself, once only, and three at most", () => {
    expect(similarNames("a1", ["a1"])).toEqual([]);
    expect(similarNames("col1", ["col2", "col2", "col3", "col4", "col5"])).toEqual([
      "col2",
      "col3",
      "col4",
    ]);
  });

  test("in words", () => {
    expect(didYouMean([])).toBeUndefined();
    expect(didYouMean(["a"])).toBe('did you mean "a"?');
    expect(didYouMean(["a", 'b"'])).toBe('did you mean "a" or "b\\""?');
  });
});
