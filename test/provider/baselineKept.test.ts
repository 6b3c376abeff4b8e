import { beforeEach, describe, expect, test } from "vitest";
import { lineEndHashes, sha256 } from "../../providers/pgindex/src/baseline/migrationSql.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type Opened, oneCommand, oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int)");

const SQL = "-- For the list\nCREATE INDEX t_a_idx\n  ON t (a);\n";
const EDITED = `-- Somebody's remark\n${SQL}`;
const INDEXES = [{ table: "t", name: "t_a_idx", columns: ["a"] }];

interface Tool {
  readonly kind: "baseline" | "nodePgMigrateBaseline" | "prismaBaseline";
  readonly table: string;
  /** The resource's inputs for a migration with this text. */
  readonly args: (sql: string) => Record<string, unknown>;
  /** Those of a migration that the tool takes for another one. */
  readonly other: Record<string, unknown>;
  /** What the tool itself writes when it has run the migration; release 0.1 wrote the same. */
  readonly row: string;
  /** What is kept of the file's text. */
  readonly hash?: string;
}

const PRISMA_ROW = `INSERT INTO public._prisma_migrations (id, checksum, finished_at, migration_name)
  VALUES (gen_random_uuid()::text, '${sha256(SQL)}', now(), '1_a')`;

const TOOLS: readonly Tool[] = [
  {
    kind: "prismaBaseline",
    table: "public._prisma_migrations",
    args: (sql) => ({ migration: "1_a", checksum: sha256(sql), migrationsSchema: "public" }),
    other: { migration: "1_b" },
    row: PRISMA_ROW,
    hash: "checksum",
  },
  {
    kind: "baseline",
    table: "drizzle.__drizzle_migrations",
    args: (sql) => ({ migration: "1_a", hash: sha256(sql), createdAt: 1_795_370_622_000 }),
    other: { createdAt: 1_795_370_623_000 },
    row:
      "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) " +
      `VALUES ('${sha256(SQL)}', 1795370622000)`,
    hash: "hash",
  },
  {
    kind: "nodePgMigrateBaseline",
    table: "public.pgmigrations",
    args: () => ({ migration: "1_a", earlier: [], migrationsSchema: "public" }),
    // Renamed: in the tool's order, its old name would not come before it.
    other: { migration: "1_b" },
    row: "INSERT INTO public.pgmigrations (name, run_on) VALUES ('1_a', now())",
  },
];

describe.each(TOOLS)("$kind", ({ kind, table, args, other, row, hash }) => {
  const declared = (sql = SQL) => ({ ...args(sql), indexes: INDEXES });
  let provider: (() => Promise<Opened>) | undefined;
  let open: () => Promise<Opened>;
  /** What it knows is gone, as with the process of each command, and of each Connection. */
  const anotherProcess = () => {
    provider ??= oneProvider({ DATABASE_URL: database().url });
    open = oneCommand(provider);
  };
  const resource = (name: string) => new Resource(kind, () => open(), name);
  const rows = () => database().query(`SELECT * FROM ${table}`);

  beforeEach(async () => {
    anotherProcess();
    await database().query(`DROP TABLE IF EXISTS ${table}`);
    await database().query("CREATE INDEX IF NOT EXISTS t_a_idx ON t (a)");
  });

  async function marked(name: string): Promise<Resource> {
    const made = resource(name);
    await made.up(declared());
    expect(await rows()).toHaveLength(1);
    anotherProcess();
    return made;
  }

  /** As the state of release 0.1 has it, with the row that it wrote. */
  async function marked01(name: string): Promise<Resource> {
    const made = await marked(name);
    await database().query(`DELETE FROM ${table}`);
    await database().query(row);
    const { row: _, ...outputs } = made.outputs;
    if (made.state) made.state = { ...made.state, outputs };
    return made;
  }

  /** The tool has run the migration before there was a resource. */
  async function adopted(name: string): Promise<Resource> {
    await marked("first");
    await database().query(`DELETE FROM ${table}`);
    await database().query(row);
    return marked(name);
  }

  test("nothing is marked before its indexes stand", async () => {
    await database().query("DROP INDEX t_a_idx");
    const it = resource("it");
    expect(await refusalOf(it.up(declared()))).toContain("public.t_a_idx is not there");
    expect(it.state).toBeUndefined();
    const found = await database().query(`SELECT to_regclass('${table}') IS NULL AS gone`);
    if (found[0]?.gone === false) expect(await rows()).toEqual([]);
  });

  test("a resource that is renamed keeps its mark, and its destroy removes it", async () => {
    const old = await marked("old");
    const renamed = resource("new");
    await renamed.up(declared());
    const { lines } = await old.destroy();
    expect(lines.map(({ message }) => message)).toContain(
      "the mark of 1_a is kept: it is now declared as new",
    );
    expect(await rows()).toHaveLength(1);
    anotherProcess();
    await renamed.destroy();
    expect(await rows()).toEqual([]);
  });

  test("the same where another process deletes the old entry, or a later run", async () => {
    const old = await marked("old");
    const renamed = await marked("new");
    const { lines } = await old.destroy();
    expect(lines.map(({ message }) => message)).toContain(
      "the mark of 1_a is kept: this entry no longer holds it, or it was gone",
    );
    expect(await rows()).toHaveLength(1);
    anotherProcess();
    expect((await renamed.refresh()).change).toBe("same");
    await renamed.destroy();
    expect(await rows()).toEqual([]);
  });

  test("a resource that is tainted is made again before the old entry is deleted", async () => {
    const old = await marked("it");
    const again = resource("it");
    await again.up(declared());
    await old.destroy();
    expect(await rows()).toHaveLength(1);
    anotherProcess();
    await again.destroy();
    expect(await rows()).toEqual([]);
  });

  test("one that is deleted before it is replaced keeps its mark meanwhile", async () => {
    const old = await marked("it");
    const again = resource("it");
    await again.preview(declared());
    await old.destroy();
    expect(await rows()).toHaveLength(1);
    await again.up(declared());
    anotherProcess();
    await again.destroy();
    expect(await rows()).toEqual([]);
  });

  test("a state of release 0.1: renamed, updated, destroyed", async () => {
    const old = await marked01("old");
    expect((await old.preview(declared())).change).toBe("same");
    const renamed = resource("new");
    await renamed.up(declared());
    await old.destroy();
    expect(await rows()).toHaveLength(1);
    await database().query(`DELETE FROM ${table}`);

    const edited = await marked01("edited");
    await edited.up({ ...declared(), ...other });
    expect(await rows()).toHaveLength(1);
    anotherProcess();
    await edited.destroy();
    expect(await rows()).toEqual([]);

    const destroyed = await marked01("destroyed");
    await destroyed.destroy();
    expect(await rows()).toEqual([]);
  });

  test("the tool's own mark stays, whatever becomes of the resource", async () => {
    const old = await adopted("old");
    expect(old.outputs.adopted).toBe(true);
    const before = await rows();
    const renamed = await marked("new");
    await old.destroy();
    anotherProcess();
    await renamed.destroy();
    expect(await rows()).toEqual(before);
  });

  test("a mark that the tool has set again since is the tool's", async () => {
    const old = await marked("old");
    await database().query(`DELETE FROM ${table}`);
    await database().query(row);
    await old.destroy();
    expect(await rows()).toHaveLength(1);
  });

  test("another migration takes the mark over at once, or the old mark stays", async () => {
    const it = await marked("it");
    const before = await rows();
    await database().query("DROP INDEX t_a_idx");
    const moved = { ...declared(), ...other };
    expect(await refusalOf(it.up(moved))).toContain("public.t_a_idx is not there");
    expect(await rows()).toEqual(before);
    await database().query("CREATE INDEX t_a_idx ON t (a)");
    anotherProcess();
    expect((await it.up(moved)).change).toBe("update");
    expect(await rows()).toHaveLength(1);
    expect((await it.preview(moved)).change).toBe("same");
    anotherProcess();
    await it.destroy();
    expect(await rows()).toEqual([]);
  });

  if (hash === undefined) return;

  test("a remark in the file is recorded, and nothing is lost if it is refused", async () => {
    const it = await marked("it");
    const before = await rows();
    await database().query("DROP INDEX t_a_idx");
    expect(await refusalOf(it.up(declared(EDITED)))).toContain("public.t_a_idx is not there");
    expect(await rows()).toEqual(before);
    await database().query("CREATE INDEX t_a_idx ON t (a)");
    expect((await it.up(declared(EDITED))).change).toBe("update");
    expect(await rows()).toMatchObject([{ [hash]: sha256(EDITED) }]);
    expect((await it.preview(declared(EDITED))).change).toBe("same");
  });

  test("a remark in the file of the tool's own mark changes no row", async () => {
    const it = await adopted("it");
    const before = await rows();
    expect((await it.up(declared(EDITED))).change).toBe("update");
    expect(await rows()).toEqual(before);
    expect(it.outputs).toMatchObject({ adopted: true, [hash]: sha256(EDITED) });
  });

  test("another line end changes nothing", async () => {
    const it = await marked("it");
    const crlf = SQL.replaceAll("\n", "\r\n");
    for (const text of [crlf, SQL]) {
      const args = { ...declared(text), __lineEnds: lineEndHashes(text) };
      expect((await it.preview(args)).change).toBe("same");
    }
    const edited = { ...declared(EDITED), __lineEnds: lineEndHashes(EDITED) };
    expect((await it.preview(edited)).change).toBe("update");
    expect(JSON.stringify(it.state)).not.toContain("__lineEnds");
  });
});
