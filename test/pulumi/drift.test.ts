import { Index } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf, linesOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE t (a int, b int)");

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack(
    async () => {
      new Index("index", { table: "t", name: "t_idx", columns: ["a"] });
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  await stack.up();
});

const outputs = () => stack.resource("index").outputs ?? {};
const onlyIndex = async () => {
  const indexes = await indexesOf(database());
  expect(indexes).toHaveLength(1);
  return indexes[0];
};

test("an index that was dropped by hand: refresh removes it from the state, up builds it again", async () => {
  await database().query("DROP INDEX t_idx");
  const refreshed = await stack.refresh();
  expect(refreshed.changes).toEqual({ delete: 1, same: 1 });
  expect(refreshed.text).toMatch(/index public\.t_idx was dropped outside Pulumi/);
  expect(() => stack.resource("index")).toThrow();
  expect((await stack.up()).changes).toEqual({ create: 1, same: 1 });
});

test("an index that was redefined outside: destroy refuses and explains once, preview plans its repair, up repairs it", async () => {
  await database().query("DROP INDEX t_idx");
  await database().query("CREATE INDEX t_idx ON t (b)");
  const foreign = await onlyIndex();
  const whatIsDifferent = /^redefined outside: columns: declared a .*, found b /;
  expect((await stack.refresh()).changes).toEqual({ same: 1, update: 1 });
  expect(outputs().drift).toMatch(whatIsDifferent);

  const failed = await failureOf(stack.destroy());
  const errors = errorsOf(failed, "index");
  expect(errors).toMatch(/refused to drop index public\.t_idx/);
  const explained = failed.events.filter(({ diagnosticEvent }) =>
    diagnosticEvent?.message.includes("not the one this stack built"),
  );
  expect(explained).toHaveLength(1);
  expect(await onlyIndex()).toEqual(foreign);

  const previewed = await stack.preview();
  expect(previewed.changes).toEqual({ same: 1, update: 1 });
  const messages = linesOf(previewed.events, "index").map(({ message }) => message);
  expect(messages[0]).toMatch(whatIsDifferent);
  expect(await onlyIndex()).toEqual(foreign);
  expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
  const live = await onlyIndex();
  expect(outputs()).toMatchObject({ oid: live?.oid, valid: true, drift: null });
  expect((await stack.preview()).changes).toEqual({ same: 2 });
});
