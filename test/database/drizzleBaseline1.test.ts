import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { markApplied, stillMarked, unmark } from "../../providers/pgindex/src/baseline/baseline.ts";
import { parseBaseline } from "../../providers/pgindex/src/baseline/baselineArgs.ts";
import { drizzle } from "../../providers/pgindex/src/baseline/drizzle/drizzleBookkeeping.ts";
import { drizzleFile } from "../../providers/pgindex/src/baseline/drizzle/drizzleFolder.ts";
import { readDrizzleMigration } from "../../providers/pgindex/src/baseline/drizzle/drizzleMigration.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { createProject, type DrizzleProject } from "../support/tools/drizzle.ts";

const SCHEMA = (indexes: string) => `
import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
export const notes = pgTable("notes", { id: integer().primaryKey(), body: text() }, (t) => [${indexes}]);
`;
let project: DrizzleProject;
let folder: string;
let names: { readonly tables: string; readonly indexes: string };
beforeAll(async () => {
  project = await createProject("1.0");
  folder = project.folder;
  const tables = await project.generate("tables", SCHEMA(""));
  names = { tables, indexes: await project.generate("indexes", SCHEMA("index().on(t.body)")) };
});
afterAll(() => rm(project.root, { recursive: true }));

let db: TestDatabase;
beforeEach(async () => {
  db = await createDatabase();
  await withoutIndexes(async () => {
    expect(await migrate()).toMatchObject({ failed: false });
  });
});
afterEach(() => db.drop());

const migrate = () => project.run(["migrate"], db.url);

/** As if the migration of the indexes had not been written yet. */
async function withoutIndexes(work: () => Promise<void>): Promise<void> {
  const [there, away] = [join(folder, names.indexes), join(project.root, names.indexes)];
  await rename(there, away);
  await work();
  await rename(away, there);
}

async function baseline() {
  const { indexes, ...mark } = readDrizzleMigration(folder, names.indexes);
  const parsed = await parseBaseline(drizzle, { ...mark, indexes });
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

async function build(): Promise<void> {
  const { indexes } = readDrizzleMigration(folder, names.indexes);
  for (const declaration of indexes) await buildIndex(db.url, { ...declaration });
}

const marks = () =>
  db.query(
    `SELECT name, hash, created_at::float8 AS at, applied_at IS NOT NULL AS timed
       FROM drizzle.__drizzle_migrations ORDER BY name DESC`,
  );

const COLUMNS = `SELECT attname, atttypid::regtype::text AS type, attnotnull,
    pg_get_expr(adbin, adrelid) AS otherwise
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = 'drizzle.__drizzle_migrations'::regclass AND attnum > 0 ORDER BY attnum`;

describe("the real drizzle-kit 1.0", () => {
  test("without the mark it runs the migration, and fails", async () => {
    await build();
    expect(await migrate()).toMatchObject({ failed: true });
    expect(await marks()).toHaveLength(1);
  });

  test("with the mark, which is the one it writes, it has nothing to run or generate", async () => {
    await build();
    const outputs = await markApplied(drizzle, targetOf(db.url), await baseline());
    expect(outputs).toMatchObject({
      migration: names.indexes,
      name: names.indexes,
      adopted: false,
    });
    const ours = await marks();
    expect(ours).toHaveLength(2);
    expect(await migrate()).toMatchObject({ failed: false });
    expect(await marks()).toEqual(ours);
    expect((await project.run(["generate"], db.url)).said).toContain("No schema changes");

    await unmark(drizzle, targetOf(db.url), outputs);
    expect(await stillMarked(drizzle, targetOf(db.url), outputs)).toBe(false);
    await db.query("DROP INDEX notes_body_index");
    expect(await migrate()).toMatchObject({ failed: false });
    expect(await marks()).toEqual(ours);
  });

  test("a mark of its own is adopted, and stays when ours is taken back", async () => {
    expect(await migrate()).toMatchObject({ failed: false });
    const outputs = await markApplied(drizzle, targetOf(db.url), await baseline());
    expect(outputs.adopted).toBe(true);
    await unmark(drizzle, targetOf(db.url), outputs);
    expect(await stillMarked(drizzle, targetOf(db.url), outputs)).toBe(true);
  });

  test("a table of 0.45 is marked as that is, and 1.0 knows the row when it has upgraded it", async () => {
    await db.query(
      "ALTER TABLE drizzle.__drizzle_migrations DROP COLUMN name, DROP COLUMN applied_at",
    );
    await build();
    const outputs = await markApplied(drizzle, targetOf(db.url), await baseline());
    expect(await stillMarked(drizzle, targetOf(db.url), outputs)).toBe(true);
    expect(await migrate()).toMatchObject({ failed: false });
    expect(await marks()).toMatchObject([{ name: names.indexes }, { name: names.tables }]);
    expect(await stillMarked(drizzle, targetOf(db.url), outputs)).toBe(true);
  });

  test("the first mark of a database makes the table as the tool does", async () => {
    const theirs = await db.query(COLUMNS);
    await db.query("DROP SCHEMA drizzle CASCADE");
    await build();
    await markApplied(drizzle, targetOf(db.url), await baseline());
    expect(await db.query(COLUMNS)).toEqual(theirs);
  });
});

test("a migration that is not there, or does more, is refused", async () => {
  expect(() => readDrizzleMigration(folder, "20200101000000_none")).toThrow(
    new RegExp(`there is no migration 20200101000000_none .*\\n.*the folder has ${names.tables}`),
  );
  expect(() => readDrizzleMigration(folder, names.tables)).toThrow(/does more than create indexes/);
  expect(drizzleFile(folder, names.indexes)).toBe(join(folder, names.indexes, "migration.sql"));
});

test("while an index is missing nothing is marked", async () => {
  const { message } = await failureOf(markApplied(drizzle, targetOf(db.url), await baseline()));
  expect(message).toContain("public.notes_body_index is not there");
  expect(await marks()).toHaveLength(1);
});
