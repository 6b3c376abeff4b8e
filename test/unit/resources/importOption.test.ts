// What Pulumi's dynamic providers cannot do is refused in the program, before anything runs.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { Index as NativeIndex } from "../../../providers/pgindex/src/native.ts";
import { Backup } from "../../../providers/pgindex/src/resources/backup.ts";
import { Index } from "../../../providers/pgindex/src/resources/indexes/indexResource.ts";

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: ({ inputs }) => inputs,
  }),
);

const args = { table: "t", name: "t_idx", columns: ["a"] };
const option = { import: "public.t_idx" };

test.each([
  ["Index", () => new Index("i", args, option)],
  ["Backup", () => new Backup("b", { indexes: [args] }, option)],
] as const)("%s: the option `import` is refused, with what to do instead", (resource, make) => {
  const refused = new RegExp(`option .import. of ${resource}.*fix: leave it out: pulumi up`, "s");
  expect(make).toThrow(refused);
  // Shown without a stack.
  expect(make).toThrow(pulumi.RunError);
});

test("the native provider's can be imported", () => {
  expect(new NativeIndex("i", args, option)).toBeInstanceOf(NativeIndex);
});
