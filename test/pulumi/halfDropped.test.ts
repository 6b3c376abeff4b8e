import { Index } from "pulumi-pgindex";
import { beforeEach, expect, test } from "vitest";
import { interruptDrop } from "../support/engine/engineLeftovers.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { linesOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE t (a int)");
let stack: TestStack;
beforeEach(async () => {
  const program = async () => {
    new Index("mine", { table: "t", name: "mine_idx", columns: ["a"] });
  };
  stack = await createStack(program, { backend, env: { DATABASE_URL: database().url } });
  await stack.up();
});

test("the next up sees a failed drop without a refresh, and builds the index anew", async () => {
  await interruptDrop(database(), "t", "mine_idx", "f/t/t");
  const preview = await stack.preview();
  expect(preview.changes).toEqual({ same: 1, update: 1 });
  const lines = linesOf(preview.events, "mine").map(({ message }) => message);
  expect(lines.join("\n")).toMatch(/INVALID: queries have lost the index/);
  expect(lines.join("\n")).toMatch(/DROP INDEX CONCURRENTLY "public"\."mine_idx": an interrupted/);
  expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
  expect(await indexNames(database())).toEqual(["mine_idx"]);
  expect((await stack.preview()).changes).toEqual({ same: 2 });
  await stack.destroy();
});

test("the next destroy finishes it", async () => {
  await interruptDrop(database(), "t", "mine_idx", "f/f/f");
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
});
