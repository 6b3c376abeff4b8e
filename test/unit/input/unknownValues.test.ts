import { unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import { describe, expect, test } from "vitest";
import {
  pathsOverlap,
  UNKNOWN,
  unknownPaths,
} from "../../../providers/pgindex/src/engine/input/unknownValues.ts";

test("it is the very value that Pulumi sends", () => {
  expect(UNKNOWN).toBe(unknownValue);
});

describe("the paths of unknown values", () => {
  test.each([
    ["none", { a: 1, b: [null, "x"] }, []],
    ["the value itself", UNKNOWN, [[]]],
    ["a property", { a: UNKNOWN }, [["a"]]],
    ["deep inside", { a: [0, { b: UNKNOWN }], c: UNKNOWN }, [["a", 1, "b"], ["c"]]],
    ["null and undefined are known", { a: null, b: undefined }, []],
  ])("%s", (_title, value, paths) => expect(unknownPaths(value)).toEqual(paths));
});

describe("a problem concerns an unknown when one is inside the other", () => {
  test.each([
    [["a"], ["a"], true],
    [["a"], ["a", 1], true],
    [["a", 1], ["a"], true],
    [["a", 1], ["a", 2], false],
    [["a"], ["b"], false],
    [[], ["a"], true],
  ])("%j and %j: %s", (path, unknown, expected) =>
    expect(pathsOverlap(path, unknown)).toBe(expected),
  );
});
