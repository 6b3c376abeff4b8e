import { Index, type IndexArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "INSERT INTO t SELECT i, 'b' || i FROM generate_series(1, 10000) i",
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
const definitions = async () => {
  const rows = await database().query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'archive') ORDER BY indexname",
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

describe("a change is one update in place, with nothing left over and nothing to do after it", () => {
  const changes: readonly { what: string; change: Partial<IndexArgs>; definition: string }[] = [
    {
      what: "columns",
      change: { columns: ["b", "a"] },
      definition: "CREATE INDEX mine_idx ON public.t USING btree (b, a)",
    },
    {
      what: "unique, and a name",
      change: { unique: true, name: "new_idx" },
      definition: "CREATE UNIQUE INDEX new_idx ON public.t USING btree (a)",
    },
    {
      what: "the name alone",
      change: { unique: true },
      definition: "CREATE UNIQUE INDEX mine_idx ON public.t USING btree (a)",
    },
    {
      what: "storage parameters and a comment",
      change: { unique: true, storageParameters: { fillfactor: 70 }, comment: "ours" },
      definition: "CREATE UNIQUE INDEX mine_idx ON public.t USING btree (a) WITH (fillfactor='70')",
    },
    {
      what: "back to the beginning",
      change: {},
      definition: "CREATE INDEX mine_idx ON public.t USING btree (a)",
    },
  ];
  test.for(changes)("$what", async ({ change, definition }) => {
    declare(change);
    expect((await stack.preview()).changes).toEqual({ same: 1, update: 1 });
    expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
    expect(await definitions()).toEqual([definition]);
    expect((await stack.preview()).changes).toEqual({ same: 2 });
  });

  test("another spelling of the same definition builds nothing", async () => {
    const before = await indexesOf(database());
    declare({ columns: [{ column: "a", order: "asc", nulls: "last" }] });
    expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
    expect(await indexesOf(database())).toEqual(before);
    expect((await stack.preview()).changes).toEqual({ same: 2 });
  });
});

describe("another table is a replacement, built before the old index is dropped", () => {
  test.for([
    { what: "table", change: { table: "other", name: "other_idx" }, on: "public.other" },
    { what: "schema", change: { schema: "archive", name: "other_idx" }, on: "archive.t" },
  ])("$what", async ({ change, on }) => {
    declare(change);
    expect((await stack.preview()).changes).toEqual({ same: 1, replace: 1 });
    await stack.up();
    expect(await definitions()).toEqual([`CREATE INDEX other_idx ON ${on} USING btree (a)`]);
    expect((await stack.preview()).changes).toEqual({ same: 2 });
  });

  test("a table that was renamed has taken its index along: nothing is built", async () => {
    declare({});
    await stack.up();
    const [before] = await indexesOf(database());
    await database().query("ALTER TABLE t RENAME TO renamed");
    declare({ table: "renamed" });
    expect((await stack.up()).changes).toEqual({ same: 1, update: 1 });
    const [after] = await indexesOf(database());
    expect(after?.oid).toBe(before?.oid);
    expect((await stack.preview()).changes).toEqual({ same: 2 });
    await stack.destroy();
    expect(await definitions()).toEqual([]);
  });
});
