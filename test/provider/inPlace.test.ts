import type { IndexArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t (a int NOT NULL, b text)",
  "INSERT INTO t SELECT n, n FROM generate_series(1, 20000) n",
  "CREATE TABLE other (a int, b text)",
);

let args: IndexArgs = { table: "t", name: "mine_idx", columns: ["a"] };
let mine: Resource;
beforeAll(async () => {
  mine = new Resource("index", oneProvider({ DATABASE_URL: database().url }));
  await mine.up(args);
});

async function onlyIndex() {
  const indexes = await indexesOf(database());
  expect(indexes).toHaveLength(1);
  return indexes[0];
}

/**
 * How often no valid index of one of these names stood on `t` while the work was done; looks all
 * the time.
 */
async function gapsDuring(names: readonly string[], work: () => Promise<unknown>): Promise<number> {
  const client = await database().connect();
  let isOver = false;
  const watching = (async () => {
    let looks = 0;
    let gaps = 0;
    // However fast the work is: a look that comes late finds the same.
    while (!isOver || looks <= 100) {
      const { rows } = await client.query(
        `SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE i.indrelid = 'public.t'::regclass AND i.indisvalid AND c.relname = ANY($1)`,
        [names],
      );
      looks += 1;
      if (rows.length === 0) gaps += 1;
    }
    expect(looks).toBeGreaterThan(100);
    return gaps;
  })();
  await work().finally(() => {
    isOver = true;
  });
  return watching;
}

/**
 * Changes the program: one update, told by the preview, carried out by up, with nothing left to do.
 */
async function change(changes: Partial<IndexArgs>): Promise<string[]> {
  const before = await indexesOf(database());
  const names = [args.name, changes.name ?? args.name] as string[];
  args = { ...args, ...changes };
  const previewed = await mine.preview(args);
  expect(previewed.change).toBe("update");
  expect(await indexesOf(database())).toEqual(before);
  const [size, ...steps] = previewed.lines.map(({ message }) => message);
  expect(size).toMatch(/^public\.t has (never been analyzed|[\d,]+ rows, \d+ kB)$/);

  const gaps = await gapsDuring(names, async () => {
    expect((await mine.up(args)).change).toBe("update");
  });
  expect(gaps).toBe(0);
  expect((await onlyIndex())?.valid).toBe(true);
  expect(mine.outputs).toMatchObject({
    name: args.name,
    oid: (await onlyIndex())?.oid,
    definition: (await onlyIndex())?.definition,
    valid: true,
    drift: null,
  });
  expect((await mine.preview(args)).change).toBe("same");
  expect((await mine.refresh()).change).toBe("same");
  return steps;
}

describe("a changed definition is one update, and queries have an index all the time", () => {
  const replaces = [
    expect.stringMatching(/^builds the index: the definition has changed; the old index serves /),
    expect.stringMatching(/^ALTER INDEX .* RENAME TO "mine_idx_pgindex_old"; .*TO "mine_idx": /),
    expect.stringMatching(/; DROP INDEX CONCURRENTLY "public"\."mine_idx_pgindex_old_pgindex_drop/),
  ];
  test.for<[what: string, changes: Partial<IndexArgs>, definition: string]>([
    ["columns", { columns: ["a", "b"] }, "CREATE INDEX mine_idx ON public.t USING btree (a, b)"],
    ["unique", { unique: true }, "CREATE UNIQUE INDEX mine_idx ON public.t USING btree (a, b)"],
    [
      "predicate",
      { predicate: "a > 5" },
      "CREATE UNIQUE INDEX mine_idx ON public.t USING btree (a, b) WHERE (a > 5)",
    ],
  ])("%s", async ([, changes, definition]) => {
    const old = await onlyIndex();
    expect(await change(changes)).toEqual(replaces);
    expect(await onlyIndex()).toMatchObject({ name: "mine_idx", definition });
    expect((await onlyIndex())?.oid).not.toBe(old?.oid);
  });
});

describe("what can be altered is altered: the index stays the same one", () => {
  test.for<[what: string, changes: Partial<IndexArgs>, steps: RegExp[]]>([
    [
      "another name",
      { name: "renamed_idx" },
      [/^ALTER INDEX "public"\."mine_idx" RENAME TO "renamed_idx": it has another name$/],
    ],
    [
      "a comment",
      { comment: "sign-in" },
      [/^COMMENT ON INDEX "public"\."renamed_idx" IS 'sign-in\nmanaged by Pulumi: .*': /],
    ],
    [
      "storage parameters",
      { storageParameters: { fillfactor: 80 } },
      [/^ALTER INDEX "public"\."renamed_idx" SET \("fillfactor" = '80'\): /],
    ],
    [
      "another spelling",
      { columns: [{ column: "a", order: "asc", nulls: "last" }, "b"] },
      [/^builds nothing: a valid index with this definition already exists$/],
    ],
  ])("%s", async ([, changes, steps]) => {
    const old = await onlyIndex();
    const told = await change(changes);
    expect(told).toEqual(steps.map((step) => expect.stringMatching(step)));
    expect((await onlyIndex())?.oid).toBe(old?.oid);
  });
});

test("rebuildWhen.trigger rebuilds once for each value", async () => {
  const old = await onlyIndex();
  args = { ...args, rebuildWhen: { trigger: "first" } };
  expect((await mine.up(args)).change).toBe("update");
  const rebuilt = await onlyIndex();
  expect(rebuilt).toEqual({ ...old, oid: expect.any(Number) });
  expect(rebuilt?.oid).not.toBe(old?.oid);
  expect((await mine.preview(args)).change).toBe("same");
});

test("on another table its name is taken, by itself: refused in preview, and left where it is", async () => {
  const before = await indexesOf(database());
  const { table } = args;
  args = { ...args, table: "other" };
  const errors = await refusalOf(mine.preview(args));
  expect(errors).toContain("table public.t has an index with that name");
  expect(errors).toContain("give the index another name");
  expect(await refusalOf(mine.up(args))).toContain("table public.t has an index");
  expect(await indexesOf(database())).toEqual(before);
  args = { ...args, table };
  expect((await mine.preview(args)).change).toBe("same");
  await mine.destroy();
});
