// What a program of many resources is spared: the stacks that Pulumi's SDK takes for each output.
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
