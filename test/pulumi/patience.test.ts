import { Connection, Index, type IndexArgs } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf, linesOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE t (a int, b text)");
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
});

/** Somebody works on the table, whom a build and a drop wait for. */
async function holdTable(): Promise<() => Promise<unknown>> {
  const client = await database().connect();
  await client.query("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  return () => client.query("ROLLBACK");
}

const GAVE_UP = /gave up .*public\.mine_idx.*: others were in the way for 1 s \(waitFor\)/;

test("a build gives up as its resource says, and the next up builds", async () => {
  declare({ waitFor: "1s" });
  const release = await holdTable();
  const run = await failureOf(stack.up());
  expect(errorsOf(run, "mine")).toMatch(GAVE_UP);
  expect(errorsOf(run, "mine")).toContain("nothing was changed");
  expect(await indexesOf(database())).toEqual([]);
  await release();
  expect((await stack.up()).changes).toEqual({ same: 1, create: 1 });
});

test("another patience changes the state alone, and the destroy follows it", async () => {
  const before = await indexesOf(database());
  declare({ waitFor: "1000 ms", buildWithin: "2h", retries: 3 });
  expect((await stack.preview()).changes).toEqual({ same: 1, update: 1 });
  const up = await stack.up();
  expect(up.changes).toEqual({ same: 1, update: 1 });
  expect(linesOf(up.events, "mine").filter(({ ephemeral }) => !ephemeral)).toEqual([]);
  expect(await indexesOf(database())).toEqual(before);
  expect((await stack.preview()).changes).toEqual({ same: 2 });

  const release = await holdTable();
  expect(errorsOf(await failureOf(stack.destroy()), "mine")).toMatch(GAVE_UP);
  expect(await indexesOf(database())).toEqual(before);
  await release();
  await stack.destroy();
  expect(await indexesOf(database())).toEqual([]);
});

test("the stack's patience is that of its resources, and a Connection has its own", async () => {
  await stack.setConfig("pgindex:waitFor", "1s");
  declare({});
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

test("what cannot be read is refused in preview", async () => {
  await stack.setConfig("pgindex:waitFor", "soon");
  declare({});
  expect((await failureOf(stack.preview())).text).toContain(
    'pgindex:waitFor "soon" is not a length of time',
  );
});
