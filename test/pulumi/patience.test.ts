import { Connection, Index, type IndexArgs } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi.ts";
import { createBackend } from "../support/pulumiBackend.ts";
import { useDatabase } from "../support/pulumiDatabase.ts";
import { errorsOf, failureOf } from "../support/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE t (a int, b text)");
const args: IndexArgs = { table: "t", name: "mine_idx", columns: ["a"] };

let stack: TestStack;
const program = async () => {
  new Index("mine", args);
};
beforeAll(async () => {
  stack = await createStack(program, {
    backend,
    env: { DATABASE_URL: database().url },
  });
});

/** Somebody works on the table, whom a build and a drop wait for. */
async function holdTable(): Promise<() => Promise<unknown>> {
  const client = await database().connect();
  await client.query("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  return () => client.query("ROLLBACK");
}

const GAVE_UP = /gave up .*public\.mine_idx.*: others were in the way for 1 s \(waitFor\)/;

test("the stack's patience is that of its resources, and a Connection has its own", async () => {
  await stack.setConfig("pgindex:waitFor", "1s");
  const release = await holdTable();
  expect(errorsOf(await failureOf(stack.up()), "mine")).toMatch(GAVE_UP);

  await stack.setConfig("pgindex:waitFor", "1h");
  stack.program = async () => {
    const url = database().url;
    const provider = new Connection("own", { url, waitFor: "1s", retries: 0 });
    new Index("mine", args, { provider });
  };
  expect(errorsOf(await failureOf(stack.up()), "mine")).toMatch(GAVE_UP);
  await release();
});
