// The mark of an index can name what its resource was called before. It is written anew, also where no
// new marks are; where it was not, the ID in it tells whose it is.
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

/** A resource that is called `after` from now on, in a stack without marks. */
async function renamed(front: (typeof FRONTS)[number], isMarked = true): Promise<AnyFront> {
  marks = isMarked;
  const before = fronts[front]("Index", "before");
  await before.up(args);
  marks = false;
  const after = fronts[front]("Index", "after");
  after.state = before.state;
  return after;
}

const write = (comment: string) => database().query(`COMMENT ON INDEX t_idx IS '${comment}'`);

/** Its mark is as one that nobody has written anew. */
async function formerlyMarked(front: (typeof FRONTS)[number]): Promise<AnyFront> {
  const it = await renamed(front);
  const comment = await commentOf(database(), "t_idx");
  await it.up(args);
  await write(comment);
  return it;
}

describe.each(FRONTS)("%s, without marks", (front) => {
  test("a mark that stands takes the new name, as the preview says", async () => {
    const it = await renamed(front);
    const preview = await it.preview(args);
    expect(preview.change).toBe("update");
    expect(textsOf(preview)).toMatch(
      /COMMENT ON INDEX .* IS 'managed by Pulumi: tests\/dev, after /,
    );
    expect(await it.up(args)).toMatchObject({ change: "update" });
    expect(await commentOf(database(), "t_idx")).toContain("tests/dev, after [");
    expect(await it.preview(args)).toMatchObject({ change: "same", lines: [] });
    await it.destroy();
    expect(await indexesOf(database())).toEqual([]);
  });

  test("where none stands, none is written", async () => {
    const it = await renamed(front, false);
    expect(await it.preview(args)).toMatchObject({ change: "same", lines: [] });
    expect(await it.up(args)).toMatchObject({ change: "same" });
    expect(await commentOf(database(), "t_idx")).toBe("");
    await it.destroy();
    expect(await indexesOf(database())).toEqual([]);
  });

  test("a mark that stands is taken over by the next entry, and the old one keeps it", async () => {
    const it = await renamed(front);
    await it.up(args);
    const next = fronts[front]("Index", "next");
    await next.up(args);
    await it.destroy();
    expect(await commentOf(database(), "t_idx")).toContain("tests/dev, next [");
    expect(await next.preview(args)).toMatchObject({ change: "same", lines: [] });
    await next.destroy();
    expect(await indexesOf(database())).toEqual([]);
  });
});

describe.each(FRONTS)("%s: an index whose mark has its resource's former name", (front) => {
  test.each(Object.entries(CHANGES))("is changed as its own: %s", async (_, [changed, plan]) => {
    const it = await formerlyMarked(front);
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
    const it = await formerlyMarked(front);
    const comment = await commentOf(database(), "t_idx");
    await write(
      comment.replace(/before \[.*(?= db=)/, "other [pgindex 1 built stack=b67bf79c urn=0 id=0"),
    );
    const changed = { ...args, columns: ["b"] };
    expect(await refusalOf(it.preview(changed))).toContain("belongs to another resource");
    expect(await refusalOf(it.up(changed))).toContain("belongs to another resource");
    expect((await indexesOf(database()))[0]?.definition).toContain("(a)");
    await database().query("DROP INDEX t_idx");
  });
});
