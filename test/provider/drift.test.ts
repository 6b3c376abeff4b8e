import type { IndexArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { indexesOf, markInvalid, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type Opened, openProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");

let opened: Opened;
let index: Resource;
let args: IndexArgs;
beforeAll(async () => {
  args = { table: "t", name: "t_idx", columns: ["a"] };
  opened = await openProvider({ DATABASE_URL: database().url });
  index = new Resource("index", async () => opened);
  await index.up(args);
});

const onlyIndex = async () => {
  const indexes = await indexesOf(database());
  expect(indexes).toHaveLength(1);
  return indexes[0];
};

/** The state and the database agree, and there is nothing to do. */
async function expectHealthy(): Promise<void> {
  const live = await onlyIndex();
  expect(index.outputs).toMatchObject({ oid: live?.oid, valid: true, drift: null });
  expect((await index.preview(args)).change).toBe("same");
}

describe("an index that was dropped by hand", () => {
  test("refresh removes it from the state, and says so", async () => {
    await database().query("DROP INDEX t_idx");
    const refreshed = await index.refresh();
    expect(refreshed.change).toBe("delete");
    expect(refreshed.lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/index public\.t_idx was dropped outside Pulumi/),
    );
    expect(() => index.outputs).toThrow();
  });

  test("up builds it again", async () => {
    expect((await index.up(args)).change).toBe("create");
    await expectHealthy();
  });

  test("destroy without a refresh finds nothing to do", async () => {
    await database().query("DROP INDEX t_idx");
    await index.destroy();
    expect(await indexesOf(database())).toEqual([]);
    await index.up(args);
    await expectHealthy();
  });
});

describe("an index that became INVALID", () => {
  test("refresh shows it", async () => {
    await markInvalid(database(), "t_idx");
    const refreshed = await index.refresh();
    expect(refreshed.change).toBe("update");
    expect(index.outputs).toMatchObject({ valid: false, drift: expect.stringMatching(/^INVALID/) });
  });

  test("preview plans its repair, up repairs it", async () => {
    const previewed = await index.preview(args);
    expect(previewed.change).toBe("update");
    const messages = previewed.lines.map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringMatching(/^INVALID: queries have lost the index/),
      expect.stringMatching(/^public\.t has (never been analyzed|\d+ rows, )/),
      expect.stringMatching(/; DROP INDEX CONCURRENTLY .*: an interrupted build/),
      expect.stringMatching(/^builds the index: the INVALID leftover is dropped first; CREATE /),
    ]);
    expect((await index.up(args)).change).toBe("update");
    expect((await onlyIndex())?.valid).toBe(true);
    await expectHealthy();
  });
});

describe("an index that was rebuilt with REINDEX", () => {
  test("is ours all the same", async () => {
    await database().query("REINDEX INDEX CONCURRENTLY t_idx");
    await index.refresh();
    await expectHealthy();
  });
});

describe("an index that was redefined outside", () => {
  let foreign: Awaited<ReturnType<typeof onlyIndex>>;
  const whatIsDifferent = /^redefined outside: columns: declared a .*, found b /;

  test("refresh shows what is different", async () => {
    await database().query("DROP INDEX t_idx");
    await database().query("CREATE INDEX t_idx ON t (b)");
    foreign = await onlyIndex();
    const refreshed = await index.refresh();
    expect(refreshed.change).toBe("update");
    expect(index.outputs.drift).toMatch(whatIsDifferent);
    expect(index.outputs.definition).toBe(foreign?.definition);
  });

  test("destroy refuses, and leaves it as it is", async () => {
    const printed = opened.process.log;
    const errors = await refusalOf(index.destroy());
    expect(errors).toMatch(/refused to drop index public\.t_idx/);
    expect(errors).toMatch(/not the one this stack built/);
    // The SDK prints the error too, in the row of the whole stack.
    expect(opened.process.log.slice(printed.length)).not.toContain("not the one this stack built");
    expect(await onlyIndex()).toEqual(foreign);
  });

  test("preview plans its repair, beside what stands, and changes nothing", async () => {
    const previewed = await index.preview(args);
    expect(previewed.change).toBe("update");
    const messages = previewed.lines.map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringMatching(whatIsDifferent),
      expect.stringMatching(/^public\.t has (never been analyzed|\d+ rows, )/),
      expect.stringMatching(/^builds the index: .* CREATE INDEX CONCURRENTLY "t_idx_pgindex_new"/),
      expect.stringMatching(/RENAME TO "t_idx_pgindex_old"; .* RENAME TO "t_idx": the new index/),
      expect.stringMatching(/; DROP INDEX CONCURRENTLY "public"\."t_idx_pgindex_old_pgindex_drop_/),
    ]);
    expect(await onlyIndex()).toEqual(foreign);
  });

  test("up repairs it", async () => {
    expect((await index.up(args)).change).toBe("update");
    expect(await onlyIndex()).toMatchObject({
      name: "t_idx",
      valid: true,
      definition: "CREATE INDEX t_idx ON public.t USING btree (a)",
    });
    await expectHealthy();
  });

  test("declaring what stands there makes it ours, without a build", async () => {
    await database().query("DROP INDEX t_idx");
    await database().query("CREATE INDEX t_idx ON t (b)");
    foreign = await onlyIndex();
    args = { ...args, columns: ["b"] };
    await index.refresh();
    expect((await index.up(args)).change).toBe("update");
    expect(await onlyIndex()).toEqual(foreign);
    await expectHealthy();
  });
});

describe("an index that was renamed outside", () => {
  test("refresh shows it", async () => {
    await database().query("ALTER INDEX t_idx RENAME TO theirs_idx");
    const refreshed = await index.refresh();
    expect(refreshed.change).toBe("update");
    expect(index.outputs).toMatchObject({ name: "t_idx", drift: "renamed outside to theirs_idx" });
  });

  test("preview plans its name back, up gives it: nothing is built", async () => {
    const theirs = await onlyIndex();
    const previewed = await index.preview(args);
    expect(previewed.change).toBe("update");
    expect(previewed.lines.map(({ message }) => message)).toEqual([
      "renamed outside to theirs_idx",
      expect.stringMatching(/^public\.t has (never been analyzed|\d+ rows, )/),
      'ALTER INDEX "public"."theirs_idx" RENAME TO "t_idx": it has another name',
    ]);
    expect((await index.up(args)).change).toBe("update");
    expect(await onlyIndex()).toMatchObject({ name: "t_idx", oid: theirs?.oid, valid: true });
    await expectHealthy();
  });

  test("destroy finds it all the same, though it stood before it was declared", async () => {
    await database().query("ALTER INDEX t_idx RENAME TO theirs_idx");
    args = { ...args, dropOnDestroy: true };
    await index.up(args);
    await database().query("ALTER INDEX t_idx RENAME TO theirs_idx");
    await index.destroy();
    expect(await indexesOf(database())).toEqual([]);
    await index.up(args);
    await expectHealthy();
  });
});

test("an index on which a constraint was put is not dropped", async () => {
  await database().query("DROP INDEX t_idx");
  args = { ...args, unique: true };
  await index.refresh();
  await index.up(args);
  await database().query("ALTER TABLE t ADD CONSTRAINT t_idx UNIQUE USING INDEX t_idx");
  const errors = await refusalOf(index.destroy());
  expect(errors).toMatch(/it backs the constraint t_idx of public\.t/);
  await database().query("ALTER TABLE t DROP CONSTRAINT t_idx");
  await index.destroy();
});

describe("a preview is refused for what only the state and the server together show", () => {
  const REFUSED = [
    [
      "rows that the repair would reject",
      ["DROP INDEX it_idx", "INSERT INTO refused VALUES (1), (1)"],
      /more than one row.*\[duplicates\]/s,
    ],
    [
      "a name that something else has by now",
      ["DROP INDEX it_idx", "CREATE SEQUENCE it_idx"],
      /it_idx.*sequence/s,
    ],
  ] as const;

  test.each(REFUSED)("%s", async (_what, meanwhile, reason) => {
    await database().query("CREATE TABLE refused (a int)");
    const declared = { table: "refused", name: "it_idx", columns: ["a"], unique: true };
    const built = new Resource("index", async () => opened, "refused");
    await built.up(declared);
    for (const sql of meanwhile) await database().query(sql);
    expect(await refusalOf(built.preview(declared))).toMatch(reason);
    expect(await refusalOf(built.up(declared))).toMatch(reason);
    await database().query("DROP SEQUENCE IF EXISTS it_idx");
    await database().query("DROP TABLE refused");
  });
});
