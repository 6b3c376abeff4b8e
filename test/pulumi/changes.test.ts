import { Index, type IndexArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi.ts";
import { createBackend } from "../support/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumiDatabase.ts";
import { refusedPreview } from "../support/pulumiRefusal.ts";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "CREATE TABLE other (a int, b text)",
  "CREATE SCHEMA archive CREATE TABLE t (a int, b text)",
);

const args: IndexArgs = { table: "t", name: "mine_idx", columns: ["a"] };
let stack: TestStack;
const declare = (changes: Partial<IndexArgs>) => {
  stack.program = async () => {
    new Index("mine", { ...args, ...changes });
  };
};
beforeAll(async () => {
  stack = await createStack(async () => undefined, {
    backend,
    env: { DATABASE_URL: database().url },
  });
  declare({});
  await stack.up();
});

describe("what an index is known by cannot be changed in place", () => {
  const changes: readonly { what: string; change: Partial<IndexArgs>; cause: string }[] = [
    { what: "name", change: { name: "new_idx" }, cause: "name from mine_idx to new_idx" },
    { what: "table", change: { table: "other" }, cause: "table from t to other" },
    { what: "schema", change: { schema: "archive" }, cause: "schema from public to archive" },
    { what: "columns", change: { columns: ["b"] }, cause: "exists with another definition" },
    { what: "unique", change: { unique: true }, cause: "exists with another definition" },
  ];
  test.for(changes)("$what", async ({ change, cause }) => {
    declare(change);
    const errors = await refusedPreview(stack, database(), "mine");
    expect(errors).toContain(cause);
    expect(errors).toMatch(/declare .* (second|another)/);
  });

  test("declared as before, the preview is empty", async () => {
    declare({});
    expect((await stack.preview()).changes).toEqual({ same: 2 });
  });

  test("another spelling of the same definition is an update that builds nothing", async () => {
    const before = (await indexesOf(database())).find(({ name }) => name === "mine_idx");
    declare({ columns: [{ column: "a", order: "asc", nulls: "last" }] });
    expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
    expect((await indexesOf(database())).find(({ name }) => name === "mine_idx")).toEqual(before);
    expect((await stack.preview()).changes).toEqual({ same: 2 });
    await stack.destroy();
  });
});
