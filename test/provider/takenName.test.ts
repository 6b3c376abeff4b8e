// Another tool puts an index of its own under our name, for good: what the next command makes of it,
// of its index and of ours.
import { beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import {
  type Opened,
  oneCommand,
  oneProvider,
  Resource,
  refusalOf,
  type Told,
} from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
const args = { table: "t", name: "t_a_idx", columns: ["a"] };
const other = { ...args, columns: ["b"] };

let open: (() => Promise<Opened>) | undefined;
const opener = () => {
  open ??= oneProvider({ DATABASE_URL: database().url });
  return open();
};
const textOf = ({ lines }: Told) => lines.map(({ message }) => message).join("\n");

/** Names, definitions and whether they are marked. */
async function indexes(): Promise<string[]> {
  const rows = await database().query<{ line: string }>(
    `SELECT format('%s %s%s', relname, substring(pg_get_indexdef(oid) FROM '\\(.*\\)'),
                   CASE WHEN obj_description(oid, 'pg_class') IS NOT NULL THEN ' marked' END) AS line
       FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

/** The tool builds its index and exchanges the names. */
async function swap(columns: string): Promise<void> {
  await database().query(`CREATE INDEX theirs ON t (${columns})`);
  await database().query(
    "ALTER INDEX t_a_idx RENAME TO ours; ALTER INDEX theirs RENAME TO t_a_idx",
  );
}

async function redefine(columns: string): Promise<void> {
  await database().query(`DROP INDEX t_a_idx; CREATE INDEX t_a_idx ON t (${columns})`);
}

let mine: Resource;
beforeEach(async () => {
  await database().query("DROP INDEX IF EXISTS t_a_idx, ours, theirs, t_a_idx_pgindex_new");
  mine = new Resource("index", opener);
  await mine.up(args);
});

describe.each([
  ["swapped", swap, ["ours (a) marked"]],
  ["redefined", redefine, []],
] as const)("its index of another definition, %s", (_how, take, ours) => {
  test("is told by the preview, and replaced as that says; nothing of ours is left over", async () => {
    await take("b, a");
    const preview = textOf(await mine.preview(args));
    expect(preview).toMatch(/^somebody has built it anew outside/);
    expect(preview).toMatch(/DROP INDEX CONCURRENTLY "public"\."t_a_idx_pgindex_old_pgindex_drop/);
    await mine.up(args);
    expect(await indexes()).toEqual(["t_a_idx (a) marked"]);
    expect((await mine.preview(args)).change).toBe("same");
    await mine.destroy();
    expect(await indexes()).toEqual([]);
  });

  test("stands where it came after the command's look", async () => {
    const command = new Resource("index", oneCommand(opener));
    command.state = mine.state;
    await command.preview(args);
    await take("b, a");
    expect(await refusalOf(command.up(other))).toMatch(/exists with another definition/);
    expect(await indexes()).toEqual([...ours, "t_a_idx (b, a)"].sort());
  });

  test("stands where the resource is a new entry", async () => {
    await take("b, a");
    const renamed = new Resource("index", opener, "renamed");
    expect(await refusalOf(renamed.up(args))).toMatch(/exists with another definition/);
    expect(await indexes()).toEqual([...ours, "t_a_idx (b, a)"].sort());
  });
});

describe.each([
  ["swapped", swap],
  ["redefined", redefine],
] as const)("its index of our definition, %s", (_how, take) => {
  test("is adopted without a build, and kept by a destroy; ours goes", async () => {
    await take("a");
    await mine.up(args);
    expect(await indexes()).toEqual(["t_a_idx (a) marked"]);
    expect(mine.outputs.origin).toBe("adopted");
    await mine.destroy();
    expect(await indexes()).toEqual(["t_a_idx (a)"]);
  });

  test("is replaced by a changed definition, as the preview says", async () => {
    await take("a");
    expect(textOf(await mine.preview(other))).toMatch(/_pgindex_old_pgindex_drop_/);
    await mine.up(other);
    expect(await indexes()).toEqual(["t_a_idx (b) marked"]);
  });

  test("is kept by a destroy that never saw it", async () => {
    await take("a");
    await mine.destroy();
    expect((await indexes()).filter((line) => line.startsWith("t_a_idx"))).toEqual(["t_a_idx (a)"]);
  });
});
