import type { IndexArgs } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { configured, type Opened, oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b text)");
const args: IndexArgs = { table: "t", name: "mine_idx", columns: ["a"] };
let open: () => Promise<Opened>;
let mine: Resource;
beforeAll(() => {
  open = oneProvider({ DATABASE_URL: database().url });
  mine = new Resource("index", open);
});

/** Somebody works on the table, whom a build and a drop wait for. */
async function holdTable(): Promise<() => Promise<unknown>> {
  const client = await database().connect();
  await client.query("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  return () => client.query("ROLLBACK");
}

const GAVE_UP = /gave up .*public\.mine_idx.*: others were in the way for 1 s \(waitFor\)/;

test("a build gives up as its resource says, and the next up builds", async () => {
  const declared = { ...args, waitFor: "1s" };
  const release = await holdTable();
  const refused = await refusalOf(mine.up(declared));
  expect(refused).toMatch(GAVE_UP);
  expect(refused).toContain("nothing was changed");
  expect(await indexesOf(database())).toEqual([]);
  await release();
  expect((await mine.up(declared)).change).toBe("create");
});

test("another patience changes the state alone, and the destroy follows it", async () => {
  const before = await indexesOf(database());
  const declared = { ...args, waitFor: "1000 ms", buildWithin: "2h", retries: 3 };
  expect((await mine.preview(declared)).change).toBe("update");
  const up = await mine.up(declared);
  expect(up.change).toBe("update");
  expect(up.lines.filter(({ ephemeral }) => !ephemeral)).toEqual([]);
  expect(await indexesOf(database())).toEqual(before);
  expect((await mine.preview(declared)).change).toBe("same");

  const release = await holdTable();
  expect(await refusalOf(mine.destroy())).toMatch(GAVE_UP);
  expect(await indexesOf(database())).toEqual(before);
  await release();
  await mine.destroy();
  expect(await indexesOf(database())).toEqual([]);
});

test("the stack's patience is that of its resources, and a Connection has its own", async () => {
  const { url } = database();
  const release = await holdTable();
  const ofStack = configured(open, { "pgindex:waitFor": "1s" });
  expect(await refusalOf(new Resource("index", ofStack).up(args))).toMatch(GAVE_UP);
  // As the class of a Connection hands it on, in the place of the stack's.
  const own = { "pgindex:url": url, "pgindex:waitFor": "1s", "pgindex:retries": "0" };
  expect(await refusalOf(new Resource("index", configured(open, own)).up(args))).toMatch(GAVE_UP);
  await release();
});

test("what cannot be read is refused in preview", async () => {
  const soon = configured(open, { "pgindex:waitFor": "soon" });
  expect(await refusalOf(new Resource("index", soon).preview(args))).toContain(
    'pgindex:waitFor "soon" is not a length of time',
  );
});
