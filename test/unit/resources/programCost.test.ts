// What a program of many resources is spared: stacks and promises that Pulumi's SDK has for each
// output, and for each input that is one.
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { Index } from "../../../providers/pgindex/src/resources/indexes/indexResource.ts";
import { Verification } from "../../../providers/pgindex/src/resources/verification.ts";

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: ({ inputs }) => inputs,
  }),
);

const SOURCE = "providers/pgindex/src/resources/indexes/indexResource.ts";

const args = { table: "t", name: "t_idx", columns: ["a"] };

/** How many errors that are made meanwhile have a stack that is not empty. */
function stacksOf(work: () => void): number {
  const before = Error.prepareStackTrace;
  let stacks = 0;
  Error.prepareStackTrace = (error, frames) => {
    if (frames.length > 0) stacks += 1;
    return String(error);
  };
  try {
    work();
  } finally {
    Error.prepareStackTrace = before;
  }
  return stacks;
}

test("neither an index nor its verification takes a stack for each of its outputs", () => {
  const index = new Index("i", args);
  for (const make of [() => new Index("j", args), () => new Verification("v", { index })])
    expect(stacksOf(make)).toBeLessThan(30);
});

test("an error of the program's own has its stack, after a resource was made or refused", () => {
  const limit = Error.stackTraceLimit;
  new Index("k", args);
  expect(Error.stackTraceLimit).toBe(limit);
  expect(() => new Index("", args)).toThrow();
  expect(Error.stackTraceLimit).toBe(limit);
});

test("an index of plain arguments has no outputs but its arguments and those that it declares", () => {
  const index = new Index("l", args);
  const outputs = Object.keys(index).filter((key) => pulumi.Output.isInstance(index[key as "id"]));
  const hidden = outputs.filter((key) => key.startsWith("__"));
  expect(hidden).toEqual(["__provider", "__urn"]);
  const declared = /declare readonly (\w+): pulumi\.Output/g;
  const source = readFileSync(SOURCE, "utf8");
  const names = [...source.matchAll(declared)].flatMap(([, name]) => name ?? []);
  const expected = [...names, "columns", "id", "urn", ...hidden];
  expect(outputs.toSorted()).toEqual(expected.toSorted());
});

test.each([
  ["an output", { ...args, predicate: pulumi.output("a > 1") }],
  ["a promise within a list", { ...args, columns: [Promise.resolve("a")] }],
])("%s among the arguments is asked whether it is a secret", (_, given) => {
  expect(Object.keys(new Index(`m ${_}`, given))).toContain("__secret");
});
