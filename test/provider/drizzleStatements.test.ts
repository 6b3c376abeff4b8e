import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../../providers/pgindex/src/baseline/migrationSql.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type Opened, oneCommand, oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
const folder = mkdtempSync(join(tmpdir(), "pgindex-preview-"));
afterAll(() => rmSync(folder, { recursive: true }));

let provider: (() => Promise<Opened>) | undefined;
let open: () => Promise<Opened>;
beforeEach(() => {
  provider ??= oneProvider({ DATABASE_URL: database().url });
  open = oneCommand(provider);
});

/** The statements of a migration of these lines, and the resource's arguments. */
function migration(sql: string) {
  mkdirSync(join(folder, "meta"), { recursive: true });
  const entries = [{ tag: "0001_x", when: 1_000 }];
  writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ entries }));
  writeFileSync(join(folder, "0001_x.sql"), sql);
  const __read = { folder, names: [], declares: [], marks: false, isFirst: true };
  const args = { migration: "0001_x", hash: sha256(sql), createdAt: 1_000, __read };
  return { args, resource: new Resource("drizzleStatements", () => open(), "x") };
}

const index = (more: object) => ({ table: "t", name: "t_idx", columns: ["a"], ...more });
const previewed = async (args: object) => {
  const { lines } = await new Resource("index", () => open()).preview(args);
  return lines.map(({ message }) => message).join("\n");
};

describe("an index that a pending migration has to come before is not refused", () => {
  test.each([
    [
      "a column",
      "ALTER TABLE t ADD b int",
      index({ columns: ["a", "b"] }),
      "column b of table public.t does not exist yet: migration 0001_x adds it; it runs first",
    ],
    [
      "a column that is renamed, in a predicate",
      "ALTER TABLE t RENAME a TO b",
      index({ columns: ["b"], predicate: "b > 0" }),
      "column b of table public.t does not exist yet: migration 0001_x adds it; it runs first",
    ],
    [
      "a table",
      "CREATE TABLE u (a int)",
      index({ table: "u" }),
      "table public.u does not exist yet: migration 0001_x creates it; it runs first",
    ],
    [
      "a function",
      "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
      index({ columns: [{ expression: "f(a)" }] }),
      "cannot be looked at before migration 0001_x, which runs first: now it would be refused",
    ],
    [
      "duplicates that it removes",
      "DELETE FROM t a USING t b WHERE a.a = b.a AND a.ctid > b.ctid",
      index({ unique: true }),
      "cannot be looked at before migration 0001_x, which runs first: now it would be refused",
    ],
  ])("%s", async (_, sql, args, said) => {
    const { resource, args: statements } = migration(sql);
    const { lines } = await resource.preview(statements);
    expect(lines.map(({ message }) => message)).toEqual([
      "runs 0001_x, in one transaction:",
      `  ${sql}`,
    ]);
    expect(await previewed(args)).toContain(said);
  });
});

describe("what no migration adds is refused all the same", () => {
  test.each([
    ["a column", index({ columns: ["b", "c"] }), /column "b" does not exist/],
    ["a column of another table", index({ table: "v", columns: ["b"] }), /there is no table/],
    ["a function", index({ columns: [{ expression: "f(a)" }] }), /f\(integer\) does not exist/],
  ])("%s", async (_, args, said) => {
    const { resource, args: statements } = migration("ALTER TABLE t ADD b int");
    await resource.preview(statements);
    expect(await refusalOf(previewed(args))).toMatch(said);
  });
});

test("another preview, without the migration, knows nothing of it", async () => {
  expect(await refusalOf(previewed(index({ columns: ["b"] })))).toContain("b");
});

test("an index that only a constraint builds is warned of, but not on a new table", async () => {
  const { resource, args } = migration(
    "ALTER TABLE t ADD CONSTRAINT t_a_unique UNIQUE (a);\nALTER TABLE t ADD b int UNIQUE;\n" +
      "CREATE TABLE u (a int);\nALTER TABLE u ADD PRIMARY KEY (a);\nALTER TABLE t ADD CHECK (a > 0);",
  );
  const { lines } = await resource.preview(args);
  const warnings = lines.filter(({ severity }) => severity === "warning");
  expect(warnings.map(({ message }) => /sql:\d/.exec(message)?.[0])).toEqual(["sql:1", "sql:2"]);
  expect(warnings[0]?.message).toContain(
    "builds an index while reads and writes of its table wait",
  );
});

test("a migration that cannot be split is refused in the preview", async () => {
  const { resource, args } = migration(
    "CREATE UNIQUE INDEX u ON t (a); INSERT INTO t VALUES (2) ON CONFLICT DO NOTHING",
  );
  expect(await refusalOf(resource.preview(args))).toContain("0001_x cannot be split");
});

test("a refresh after the note and the row are gone forgets it, and the next up runs it", async () => {
  const { resource, args } = migration("ALTER TABLE t ADD z int; CREATE INDEX t_z ON t (z)");
  expect((await resource.up(args)).change).toBe("create");
  expect(JSON.stringify(resource.state)).not.toMatch(/__read|pgindex-preview/);
  expect((await resource.preview(args)).change).toBe("same");
  expect((await resource.refresh()).change).toBe("same");
  await database().query("DROP SCHEMA drizzle CASCADE; ALTER TABLE t DROP z");
  expect((await resource.refresh()).change).toBe("delete");
  expect((await resource.up(args)).change).toBe("create");
  expect(await database().query("SELECT z FROM t LIMIT 1")).toEqual([{ z: null }]);
});
