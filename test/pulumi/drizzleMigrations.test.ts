// What drizzle-kit generates, from its first migration to a `generate` and a `migrate` that have
// nothing to do, with 0.45 and 1.0.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Connection, DrizzleMigrations } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf, linesOf } from "../support/pulumi/pulumiRun.ts";
import { createProject, type DrizzleProject, type Release } from "../support/tools/drizzle.ts";

// Drizzle 1.0 is installed by the first that needs it.
vi.setConfig({ hookTimeout: 600_000 });

const SCHEMA = (columns: string, indexes: string, more = "", body = "t.body") => `
import { sql } from "drizzle-orm";
import { bigint, index, integer, pgEnum, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
${more}
export const messages = pgTable("messages", {
  id: integer("id").primaryKey(), body: text("body"), ${columns}
}, (t) => [index("by_body").on(${body}), ${indexes}]);
`;
const TENANT =
  'tenant: bigint("tenant_id", { mode: "bigint" }).default(sql`1`), code: text("code"),';
const THREE = `index("by_tenant").on(t.tenant), uniqueIndex("by_code").on(t.code),
  index("open_by_body").on(t.body).where(sql\`tenant_id > 0\`)`;
const NOTES = `export const kind = pgEnum("kind", ["a", "b"]);
export const notes = pgTable("notes", { id: integer("id").primaryKey(), kind: kind("kind") },
  (t) => [index("notes_kind").on(t.kind)]);`;

const backend = createBackend();

describe.each<Release>(["0.45", "1.0"])("Drizzle %s", (release) => {
  const database = useDatabase();
  let project: DrizzleProject;
  let stack: TestStack;
  let mixed: string;
  let since: string | undefined;
  /** A Connection, with one of both. */
  const more = release === "1.0" ? 1 : 0;

  beforeAll(async () => {
    project = await createProject(release);
    await project.generate("init", SCHEMA("", ""));
    const { url } = database();
    const connection = () => (more > 0 ? new Connection("database", { url }) : undefined);
    stack = await createStack(
      async () => {
        const args = { folder: project.folder, since };
        new DrizzleMigrations("drizzle", args, { provider: connection() });
      },
      {
        backend,
        name: `drizzle-${release.replace(".", "-")}`,
        env: { DATABASE_URL: more > 0 ? "" : url },
      },
    );
    expect(await migrate()).toMatchObject({ failed: false });
    await database().query("INSERT INTO messages SELECT i, i::text FROM generate_series(1, 100) i");
    mixed = await project.generate("mixed", SCHEMA(TENANT, THREE, NOTES));
    since = mixed;
  });
  afterAll(() => rmSync(project.root, { recursive: true }));

  const migrate = () => project.run(["migrate"], database().url);
  const marks = async () =>
    await database().query("SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY 2");
  const columns = async () =>
    (
      await database().query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'messages'::regclass AND attnum > 2",
      )
    ).map(({ attname }) => attname);
  const note = async () =>
    (
      await database().query(
        "SELECT obj_description('drizzle.__drizzle_migrations'::regclass) AS it",
      )
    )[0]?.it;
  const files = () =>
    readdirSync(project.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

  test("a preview runs nothing, and shows what will run and what the indexes wait for", async () => {
    const { changes, events } = await stack.preview();
    expect(changes).toEqual({ create: 8 + more });
    const said = (name: string) => linesOf(events, name).map(({ message }) => message);
    expect(said(`drizzle-${mixed}`).join("\n")).toMatch(
      /runs \S+_mixed, but for 3 indexes, in one transaction:\n(.*\n)*.*ALTER TABLE "messages" ADD COLUMN "tenant_id" bigint DEFAULT 1/,
    );
    expect(said("by_tenant")).toContain(
      `column tenant_id of table public.messages does not exist yet: migration ${mixed} adds it; ` +
        "it runs first",
    );
    expect(said("open_by_body").join()).toContain("column tenant_id of table public.messages");
    expect(await columns()).toEqual([]);
    expect(await marks()).toHaveLength(1);
  });

  test("an index that cannot be built leaves the migration unmarked, and noted", async () => {
    await database().query("CREATE TABLE by_code (a int)");
    expect(errorsOf(await failureOf(stack.up()), "by_code")).toContain("a table has that name");
    expect(await columns()).toEqual(["tenant_id", "code"]);
    expect(await marks()).toHaveLength(1);
    expect(await note()).toBe(`pgindex has run "${mixed}" but for its indexes`);
    await database().query("DROP TABLE by_code");
  });

  test("the next up builds what is missing and marks it; then the tool has nothing to do", async () => {
    const before = files();
    await stack.up();
    expect(await indexNames(database())).toEqual([
      "by_body",
      "by_code",
      "by_tenant",
      "notes_kind",
      "open_by_body",
    ]);
    expect(await note()).toBe(null);
    const ours = await marks();
    expect(ours).toHaveLength(2);
    expect(await migrate()).toMatchObject({ failed: false });
    expect(await marks()).toEqual(ours);
    expect((await project.run(["generate"])).said).toContain("No schema changes");
    expect(files()).toEqual(before);
  });

  test("several in a row: one value, a redefined index without a gap, a dropped one", async () => {
    const kinds = NOTES.replace('"b"', '"b", "c"');
    await project.generate("value", SCHEMA(TENANT, THREE, kinds));
    const two = THREE.slice(0, THREE.indexOf('index("open')).replace(
      "(t.tenant)",
      "(t.tenant, t.rank)",
    );
    const columnsOf = `${TENANT} rank: integer("rank"),`;
    const rank = await project.generate("rank", SCHEMA(columnsOf, two, kinds));
    const { changes, events } = await stack.preview();
    expect(changes).toEqual({ same: 5 + more, create: 3, update: 2, delete: 1 });
    const previewed = linesOf(events, `drizzle-${rank}`);
    const shown = previewed.map(({ message }) => message).join("\n");
    expect(linesOf(events, "by_tenant")).toEqual([
      expect.objectContaining({
        severity: "info",
        message: expect.stringContaining("column rank"),
      }),
    ]);
    expect(shown).toMatch(/DROP INDEX .*"open_by_body"/);
    expect(shown).not.toMatch(/by_tenant/);
    const seen = new Set<boolean>();
    let isOver = false;
    const watching = (async () => {
      const client = await database().connect();
      while (!isOver) {
        const { rows } = await client.query("SELECT to_regclass('by_tenant') IS NULL AS gone");
        seen.add(rows[0].gone);
      }
    })();
    await stack.up();
    isOver = true;
    await watching;
    expect(seen).toEqual(new Set([false]));
    const indexes = await indexesOf(database());
    const redefined = indexes.find(({ name }) => name === "by_tenant");
    expect(redefined?.definition).toContain("(tenant_id, rank)");
    expect(indexes.map(({ name }) => name)).not.toContain("open_by_body");
    expect(await marks()).toHaveLength(4);
    expect(await migrate()).toMatchObject({ failed: false });
    expect((await stack.preview()).changes).toEqual({ same: 10 + more });
  });

  test("destroy drops what it built and keeps the rest; the next up builds it again", async () => {
    await stack.destroy();
    expect(await indexNames(database())).toEqual(["by_body", "notes_kind"]);
    expect(await columns()).toEqual(["tenant_id", "code", "rank"]);
    expect(await marks()).toHaveLength(4);
    expect(await migrate()).toMatchObject({ failed: false });
    await stack.up();
    expect(await indexNames(database())).toEqual(["by_body", "by_code", "by_tenant", "notes_kind"]);
    expect(await marks()).toHaveLength(4);
  });
});
