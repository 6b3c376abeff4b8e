// The mark of an index can name what its resource was called before: nobody writes it anew where
// marks are off. The ID in it still tells whose it is.
import { describe, expect, test } from "vitest";
import { commentOf, indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type AnyFront, bothFronts } from "./bothFronts.ts";
import { refusalOf, textsOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
let marks = true;
const fronts = bothFronts(
  () => ({ DATABASE_URL: database().url }),
  () => ({ "pgindex:ownershipMarks": String(marks) }),
);
const FRONTS = ["dynamic", "native"] as const;

const args = { table: "t", name: "t_idx", columns: ["a"] };

/** What is declared anew, and which plan the preview shows. */
const CHANGES = {
  "another definition": [{ ...args, columns: ["b"] }, /CREATE INDEX CONCURRENTLY/],
  "another name": [{ ...args, name: "other_idx" }, /ALTER INDEX "public"\."t_idx" RENAME TO/],
  "another comment": [{ ...args, comment: "new" }, /COMMENT ON INDEX/],
  "a storage parameter": [{ ...args, storageParameters: { fillfactor: 80 } }, /SET \(.*80/],
} as const;

/** The mark stays as it is while the resource is renamed. */
async function renamed(front: (typeof FRONTS)[number]): Promise<AnyFront> {
  marks = true;
  const before = fronts[front]("Index", "before");
  await before.up(args);
  marks = false;
  const after = fronts[front]("Index", "after");
  after.state = before.state;
  expect(await after.up(args)).toMatchObject({ change: "same" });
  expect(await commentOf(database(), "t_idx")).toContain("tests/dev, before [");
  return after;
}

describe.each(FRONTS)("%s: an index whose mark has its resource's former name", (front) => {
  test.each(Object.entries(CHANGES))("is changed as its own: %s", async (_, [changed, plan]) => {
    const it = await renamed(front);
    const preview = await it.preview(changed);
    expect(preview.change).toBe("update");
    expect(textsOf(preview)).toMatch(plan);
    expect(textsOf(preview)).not.toContain("belongs to");
    await it.up(changed);
    expect(await it.preview(changed)).toMatchObject({ change: "same", lines: [] });
    expect((await indexesOf(database())).map(({ name }) => name)).toEqual([changed.name]);
    await it.destroy();
    expect(await indexesOf(database())).toEqual([]);
  });

  test("is refused where the mark is another resource's by now", async () => {
    const it = await renamed(front);
    await database().query(
      `DO $$ BEGIN EXECUTE format('COMMENT ON INDEX t_idx IS %L',
         regexp_replace(obj_description('t_idx'::regclass), 'before .* db=',
           'other [pgindex 1 built stack=b67bf79c urn=00000000 id=000000000000 db=')); END $$`,
    );
    const changed = { ...args, columns: ["b"] };
    expect(await refusalOf(it.preview(changed))).toContain("belongs to another resource");
    expect(await refusalOf(it.up(changed))).toContain("belongs to another resource");
    expect((await indexesOf(database()))[0]?.definition).toContain("(a)");
    await database().query("DROP INDEX t_idx");
  });
});
