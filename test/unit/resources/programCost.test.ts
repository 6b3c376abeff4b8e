// What a program of many resources is spared: stacks and promises that Pulumi's SDK has for each
// output, and for each input that is one.
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { Index } from "../../../providers/pgindex/src/resources/indexes/indexResource.ts";
import { Verification } from "../../../providers/pgindex/src/resources/verification.ts";

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({
      id: name,
      state: { ...inputs, oid: 17, drift: null, valid: true },
    }),
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

/** Those that the class declares. */
function declaredOutputs(): string[] {
  const declared = /declare readonly (\w+): pulumi\.Output/g;
  return [...readFileSync(SOURCE, "utf8").matchAll(declared)].flatMap(([, name]) => name ?? []);
}

/** Those that it has, without asking for one. */
function standingOutputs(index: Index): string[] {
  const all = Object.entries(Object.getOwnPropertyDescriptors(index));
  return all.filter(([, { value }]) => pulumi.Output.isInstance(value)).map(([name]) => name);
}

const HIDDEN = ["__provider", "__urn"];

test("an index of plain arguments has no outputs but its arguments and those that a preview knows, until it is asked", () => {
  const index = new Index("l", args);
  const known = ["table", "name", "columns", "schema", "statement", "valid", "id", "urn"];
  expect(standingOutputs(index).toSorted()).toEqual([...known, ...HIDDEN].toSorted());
  for (const name of declaredOutputs() as "oid"[]) {
    expect(pulumi.Output.isInstance(index[name]), name).toBe(true);
    expect(index[name]).toBe(index[name]);
  }
  const all = [...declaredOutputs(), "columns", "id", "urn", ...HIDDEN];
  expect(standingOutputs(index).toSorted()).toEqual(all.toSorted());
});

test("what an index is asked for is what the engine has of it, and depends on the index", async () => {
  const index = new Index("n", args);
  const all = pulumi.output({ oid: index.oid, drift: index.drift, name: index.name });
  const read = await new Promise((resolve) => all.apply(resolve));
  expect(read).toEqual({ oid: 17, drift: null, name: "t_idx" });
  expect([...Reflect.get(index.oid, "resources")()]).toEqual([index]);
  expect(await pulumi.isSecret(index.oid)).toBe(false);
});

test.each([
  [
    "an argument that is a secret",
    { args: { ...args, predicate: pulumi.secret("a > 1") }, options: {} },
  ],
  ["outputs that are to be secrets", { args, options: { additionalSecretOutputs: ["drift"] } }],
  [
    "queries that it serves, for its Verification",
    { args: { ...args, serves: [{ name: "q", sql: "SELECT 1" }] }, options: {} },
  ],
])("with %s it has all of them at once", (_, given) => {
  const index = new Index(`o ${_}`, given.args, given.options);
  expect(standingOutputs(index)).toEqual(expect.arrayContaining(declaredOutputs()));
});

test.each([
  ["an output", { ...args, predicate: pulumi.output("a > 1") }],
  ["a promise within a list", { ...args, columns: [Promise.resolve("a")] }],
])("%s among the arguments is asked whether it is a secret", (_, given) => {
  expect(Object.keys(new Index(`m ${_}`, given))).toContain("__secret");
});
