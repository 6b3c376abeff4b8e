import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { markApplied, stillMarked, unmark } from "../../providers/pgindex/src/baseline/baseline.ts";
import { parseBaseline } from "../../providers/pgindex/src/baseline/baselineArgs.ts";
import { nodePgMigrate as bookkeeping } from "../../providers/pgindex/src/baseline/nodePgMigrate/nodePgMigrateBookkeeping.ts";
import { readNodePgMigrateMigration } from "../../providers/pgindex/src/baseline/nodePgMigrate/nodePgMigrateMigration.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import {
  createProject,
  INDEXES,
  LATER,
  nodePgMigrate,
  PROGRAM,
  TABLES,
} from "../support/tools/nodePgMigrate.ts";

let root: string;
let folder: string;
let db: TestDatabase;
beforeAll(async () => {
  ({ root, folder } = await createProject());
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  db = await createDatabase();
});
afterEach(() => db.drop());

const tool = (...args: string[]) => nodePgMigrate(root, db.url, ...args);
const PLACED = { table: "orders", name: "orders_placed_idx", columns: ["placed_at"] };

/** What `pulumi up` does with the migration's indexes and its baseline. */
async function build(migration = INDEXES): Promise<void> {
  for (const declaration of read(migration).indexes) await buildIndex(db.url, { ...declaration });
}

function read(migration: string) {
  const indexes = migration === PROGRAM ? [PLACED] : undefined;
  return readNodePgMigrateMigration(migration, { folder, schema: "public", indexes });
}

async function desired(migration = INDEXES, more: object = {}) {
  const inputs = { migrationsSchema: "public", ...read(migration), ...more };
  const parsed = await parseBaseline(bookkeeping, inputs);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

const mark = async (migration = INDEXES, more: object = {}) =>
  markApplied(bookkeeping, targetOf(db.url), await desired(migration, more));

const rows = async (table = "pgmigrations") =>
  (await db.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY run_on, id`)).map(
    ({ name }) => name,
  );

describe("the real node-pg-migrate", () => {
  beforeEach(async () => {
    expect(await tool("up", "1")).toMatchObject({ failed: false });
    expect(await rows()).toEqual([TABLES]);
    await build();
  });

  test("without the mark it runs the migration, and fails as its users report", async () => {
    const { failed, said } = await tool("up");
    expect(failed).toBe(true);
    expect(said).toContain('relation "orders_status_idx" already exists');
    expect(await rows()).toEqual([TABLES]);
  });

  test("with the mark, which is the one it writes, it runs only what comes after", async () => {
    expect(await mark()).toMatchObject({ migration: INDEXES, adopted: false });
    await build(PROGRAM);
    await mark(PROGRAM);
    const { failed, said } = await tool("up");
    expect({ failed, said }).toMatchObject({ failed: false });
    expect(said.match(/^> - .*/gm)).toEqual([`> - ${LATER}`]);
    expect((await tool("up")).said).toContain("No migrations to run!");
    expect(await rows()).toEqual([TABLES, INDEXES, PROGRAM, LATER]);
    const kinds = await db.query(
      "SELECT DISTINCT to_jsonb(m) - '{id,name,run_on}'::text[] AS rest, now() - run_on < '1 " +
        "h' AS new FROM pgmigrations m",
    );
    expect(kinds).toEqual([{ rest: {}, new: true }]);
  });

  test("without the mark again it would run the migration again", async () => {
    const outputs = await mark();
    await unmark(bookkeeping, targetOf(db.url), outputs);
    expect(await stillMarked(bookkeeping, targetOf(db.url), outputs)).toBe(false);
    await db.query("DROP INDEX orders_status_idx, lines_order_idx");
    expect(await tool("up", "1")).toMatchObject({ failed: false });
    expect(await rows()).toEqual([TABLES, INDEXES]);
  });

  test("a mark of its own is adopted, and stays when ours is taken back", async () => {
    expect(await tool("up", "--fake")).toMatchObject({ failed: false });
    const outputs = await mark();
    expect(outputs.adopted).toBe(true);
    await unmark(bookkeeping, targetOf(db.url), outputs);
    expect(await stillMarked(bookkeeping, targetOf(db.url), outputs)).toBe(true);
    expect(await rows()).toHaveLength(4);
  });
});

describe("is refused, and nothing is marked", () => {
  test("while an index is missing, or is another one", async () => {
    await tool("up", "1");
    await db.query("CREATE INDEX orders_status_idx ON orders (status, placed_at)");
    const { message } = await failureOf(mark());
    expect(message).toContain(`the migration ${INDEXES} is not marked as applied`);
    expect(message).toContain("public.orders_status_idx is different");
    expect(message).toContain("public.lines_order_idx is not there");
    expect(message).toContain("let node-pg-migrate up run it");
    expect(await rows()).toEqual([TABLES]);
  });

  test("while earlier migrations have not run: the tool would then run nothing", async () => {
    await tool("up", "1");
    await build(PROGRAM);
    const { message } = await failureOf(mark(PROGRAM));
    expect(message).toContain(`does not have ${INDEXES}`);
    expect(await rows()).toEqual([TABLES]);

    await mark(PROGRAM, { checkOrder: false });
    const { said } = await tool("up");
    expect(said).toContain(
      `Not run migration ${INDEXES} is preceding already run migration ${PROGRAM}`,
    );
    expect((await tool("up", "--no-check-order")).failed).toBe(false);
  });

  test("when later ones have been run already", async () => {
    await tool("up", "1");
    await build();
    await db.query(`INSERT INTO pgmigrations (name, run_on) VALUES ('${PROGRAM}', now())`);
    const { message } = await failureOf(mark());
    expect(message).toContain(`has ${PROGRAM}, which does not come before it`);
    expect(await rows()).toEqual([TABLES, PROGRAM]);
  });

  test("while node-pg-migrate is running", async () => {
    await tool("up", "1");
    await build();
    await db.query("SELECT pg_advisory_lock(7241865325823964)");
    expect((await tool("up")).said).toContain("Another migration is already running");
    const { message } = await failureOf(mark());
    expect(message).toContain("node-pg-migrate up is running");
    expect(await rows()).toEqual([TABLES]);
  });
});

test("--schema, --migrations-schema and --migrations-table are followed", async () => {
  await db.query("CREATE SCHEMA app; CREATE SCHEMA kept");
  const options = ["--schema", "app", "--migrations-schema", "kept", "--migrations-table", "Done"];
  expect(await tool("up", "1", ...options)).toMatchObject({ failed: false });
  const { indexes } = readNodePgMigrateMigration(INDEXES, { folder, schema: "app" });
  for (const declaration of indexes) await buildIndex(db.url, { ...declaration });
  const where = { indexes, migrationsSchema: "kept" };
  await mark(INDEXES, { ...where, migrationsTable: "Done" });
  expect((await tool("up", "1", ...options)).said).toContain(`> - ${PROGRAM}`);

  await mark(INDEXES, { ...where, migrationsTable: "Ours", earlier: [] });
  expect(await rows('kept."Ours"')).toEqual([INDEXES]);
  const shape = (table: string) =>
    db.query(
      `SELECT attname, atttypid::regtype, atttypmod, attnotnull,
        replace(pg_get_expr(adbin, adrelid), $1, '') AS "default",
              (SELECT array_agg(contype) FROM pg_constraint
              WHERE conrelid = attrelid) AS constraints
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = $2::regclass AND attnum > 0 ORDER BY attnum`,
      [table, `kept."${table}"`],
    );
  expect(await shape("Ours")).toEqual(await shape("Done"));
});
