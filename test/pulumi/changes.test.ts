import { Index, type IndexArgs } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "INSERT INTO t SELECT i, 'b' || i FROM generate_series(1, 10000) i",
  "CREATE TABLE other (a int, b text)",
);

const args: IndexArgs = { table: "t", name: "mine_idx", columns: ["a"] };
let stack: TestStack;
const declare = (changes: Partial<IndexArgs>) => {
  stack.program = async () => {
    new Index("mine", { ...args, ...changes });
  };
};
const definitions = async () => {
  const rows = await database().query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
  );
  return rows.map(({ indexdef }) => indexdef);
};
beforeAll(async () => {
  stack = await createStack(async () => undefined, {
    backend,
    env: { DATABASE_URL: database().url },
  });
  declare({});
  await stack.up();
});

test("a change is one update in place, with nothing left over and nothing to do after it", async () => {
  declare({ columns: ["b", "a"] });
  expect((await stack.preview()).changes).toEqual({ same: 1, update: 1 });
  expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
  expect(await definitions()).toEqual(["CREATE INDEX mine_idx ON public.t USING btree (b, a)"]);
  expect((await stack.preview()).changes).toEqual({ same: 2 });
});

test("another table is a replacement, built before the old index is dropped", async () => {
  declare({ table: "other", name: "other_idx" });
  expect((await stack.preview()).changes).toEqual({ same: 1, replace: 1 });
  const { events } = await stack.up();
  const ended = events.map(({ resOutputsEvent }) => resOutputsEvent?.metadata);
  const steps = ended.filter((step) => step?.urn.endsWith("::mine")).map((step) => step?.op);
  expect(steps.indexOf("create-replacement")).toBeGreaterThanOrEqual(0);
  expect(steps.indexOf("delete-replaced")).toBeGreaterThan(steps.indexOf("create-replacement"));
  expect(await definitions()).toEqual(["CREATE INDEX other_idx ON public.other USING btree (a)"]);
  expect((await stack.preview()).changes).toEqual({ same: 2 });
  await stack.destroy();
  expect(await definitions()).toEqual([]);
});
