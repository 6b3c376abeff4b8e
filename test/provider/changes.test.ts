import type { IndexArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { oneProvider, Resource } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "INSERT INTO t SELECT i, 'b' || i FROM generate_series(1, 10000) i",
  "CREATE TABLE other (a int, b text)",
  "CREATE SCHEMA archive CREATE TABLE t (a int, b text)",
);

const args: IndexArgs = { table: "t", name: "mine_idx", columns: ["a"] };
let mine: Resource;
const definitions = async () => {
  const rows = await database().query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'archive') ORDER BY indexname",
  );
  return rows.map(({ indexdef }) => indexdef);
};
beforeAll(async () => {
  mine = new Resource("index", oneProvider({ DATABASE_URL: database().url }));
  await mine.up(args);
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
    const declared = { ...args, ...change };
    expect((await mine.preview(declared)).change).toBe("update");
    expect((await mine.up(declared)).change).toBe("update");
    expect(await definitions()).toEqual([definition]);
    expect((await mine.preview(declared)).change).toBe("same");
  });

  test("another spelling of the same definition builds nothing", async () => {
    const before = await indexesOf(database());
    const declared = { ...args, columns: [{ column: "a", order: "asc", nulls: "last" }] };
    expect((await mine.up(declared)).change).toBe("update");
    expect(await indexesOf(database())).toEqual(before);
    expect((await mine.preview(declared)).change).toBe("same");
  });
});

describe("another table is a replacement, built before the old index is dropped", () => {
  test.for([
    { what: "table", change: { table: "other", name: "other_idx" }, on: "public.other" },
    { what: "schema", change: { schema: "archive", name: "other_idx" }, on: "archive.t" },
  ])("$what", async ({ change, on }) => {
    const declared = { ...args, ...change };
    expect((await mine.preview(declared)).change).toBe("replace");
    expect((await mine.up(declared)).change).toBe("replace");
    expect(await definitions()).toEqual([`CREATE INDEX other_idx ON ${on} USING btree (a)`]);
    expect((await mine.preview(declared)).change).toBe("same");
  });

  test("a table that was renamed has taken its index along: nothing is built", async () => {
    await mine.up(args);
    const [before] = await indexesOf(database());
    await database().query("ALTER TABLE t RENAME TO renamed");
    const declared = { ...args, table: "renamed" };
    expect((await mine.up(declared)).change).toBe("update");
    const [after] = await indexesOf(database());
    expect(after?.oid).toBe(before?.oid);
    expect((await mine.preview(declared)).change).toBe("same");
    await mine.destroy();
    expect(await definitions()).toEqual([]);
  });
});
