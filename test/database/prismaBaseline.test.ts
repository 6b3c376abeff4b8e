import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { markApplied, stillMarked, unmark } from "../../providers/pgindex/src/baseline/baseline.ts";
import { parseBaseline } from "../../providers/pgindex/src/baseline/baselineArgs.ts";
import { prisma } from "../../providers/pgindex/src/baseline/prisma/prismaBookkeeping.ts";
import { readPrismaMigration } from "../../providers/pgindex/src/baseline/prisma/prismaMigration.ts";
import { sqlOfPrismaSchema } from "../../providers/pgindex/src/import/prisma/prismaSchema.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { createProject, INDEXES, LATER, migrate, TABLES } from "../support/tools/prisma.ts";

// The tool takes seconds to start on a busy machine, and waits ten for its lock.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const SCHEMAS = join(import.meta.dirname, "../support/import/migrations/prisma-schema-surveys");

let root: string;
let folder: string;
let db: TestDatabase;
/** As the tables' migration has left it. */
beforeAll(async () => {
  ({ root, folder } = await createProject());
  db = await createDatabase();
  for (const later of [INDEXES, LATER])
    expect(await tool("resolve", "--applied", later)).toMatchObject({ failed: false });
  expect(await tool("deploy")).toMatchObject({ failed: false });
});
beforeEach(async () => {
  await db.query("DELETE FROM _prisma_migrations WHERE migration_name <> $1", [TABLES]);
  await db.query('DROP INDEX IF EXISTS "Order_status_placedAt_idx", "Order_placedAt_key"');
  await db.query('ALTER TABLE "Order" DROP COLUMN IF EXISTS note');
});
afterAll(async () => {
  await db.drop();
  await rm(root, { recursive: true });
});

const tool = (...args: string[]) => migrate(root, db.url, ...args);
const read = (migration = INDEXES, schema = "public") =>
  readPrismaMigration(folder, migration, schema);

async function buildAll(): Promise<void> {
  for (const declaration of read().indexes) await buildIndex(db.url, { ...declaration });
}

async function mark(more: object = {}) {
  const inputs = { migrationsSchema: "public", ...read(), ...more };
  const parsed = await parseBaseline(prisma, inputs);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return markApplied(prisma, targetOf(db.url), parsed.value);
}

/** All that does not differ from run to run. */
const rows = () =>
  db.query(
    `SELECT migration_name AS name, checksum, logs, applied_steps_count AS steps,
      id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{22}$' AS uuid,
            finished_at = started_at AS "atOnce", rolled_back_at IS NOT NULL AS "rolledBack",
            now() - started_at < '1 h' AS new
       FROM _prisma_migrations ORDER BY started_at`,
  );

describe("the real Prisma", () => {
  test("without the mark the migration fails as users report, and nothing runs after", async () => {
    await buildAll();
    const first = await tool("deploy");
    expect(first.failed).toBe(true);
    expect(first.said).toContain('relation "Order_status_placedAt_idx" already exists');
    expect((await tool("deploy")).said).toContain("P3009");

    expect(await mark()).toMatchObject({ migration: INDEXES, adopted: false });
    expect((await tool("deploy")).said).toContain("20260103000000_later");
    expect((await tool("status")).said).toContain("Database schema is up to date!");
    expect((await rows()).map(({ name, rolledBack }) => [name, rolledBack])).toEqual([
      [TABLES, false],
      [INDEXES, true],
      [INDEXES, false],
      [LATER, false],
    ]);
  });

  test("with the mark, which is the one that resolve writes, it has nothing to run", async () => {
    await buildAll();
    await mark();
    const ours = await rows();
    expect(ours).toHaveLength(2);
    await db.query("DELETE FROM _prisma_migrations WHERE migration_name = $1", [INDEXES]);
    expect(await tool("resolve", "--applied", INDEXES)).toMatchObject({ failed: false });
    expect(await rows()).toEqual(ours);

    await db.query("DELETE FROM _prisma_migrations WHERE migration_name = $1", [INDEXES]);
    await mark();
    const { said } = await tool("deploy");
    expect(said).toContain(LATER);
    expect(said).not.toContain(INDEXES);
    expect((await tool("deploy")).said).toContain("No pending migrations to apply.");
  });

  test("without the mark again it runs the migration again", async () => {
    await buildAll();
    const outputs = await mark();
    await unmark(prisma, targetOf(db.url), outputs);
    expect(await stillMarked(prisma, targetOf(db.url), outputs)).toBe(false);
    await db.query('DROP INDEX "Order_status_placedAt_idx", "Order_placedAt_key"');
    expect((await tool("deploy")).said).toContain(INDEXES);
    expect(await stillMarked(prisma, targetOf(db.url), outputs)).toBe(true);
  });

  test("a mark of its own is adopted, and stays when ours is taken back", async () => {
    expect(await tool("deploy")).toMatchObject({ failed: false });
    const outputs = await mark();
    expect(outputs.adopted).toBe(true);
    await unmark(prisma, targetOf(db.url), outputs);
    expect(await stillMarked(prisma, targetOf(db.url), outputs)).toBe(true);
    expect(await rows()).toHaveLength(3);
  });

  test("it makes its table as this does, in the schema of its URL", async () => {
    await db.query("CREATE SCHEMA app");
    const url = `${db.url}?schema=app`;
    expect(await migrate(root, url, "resolve", "--applied", TABLES)).toMatchObject({
      failed: false,
    });
    const shape = () =>
      db.query(
        `SELECT attname, atttypid::regtype, atttypmod, attnotnull,
          pg_get_expr(adbin, adrelid) AS "default",
                (SELECT array_agg(pg_get_constraintdef(oid)) FROM pg_constraint
                WHERE conrelid = attrelid AND contype = 'p') AS key
           FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
          WHERE attrelid = 'app._prisma_migrations'::regclass AND attnum > 0 ORDER BY attnum`,
      );
    const made = await shape();
    await db.query("DROP TABLE app._prisma_migrations");
    await mark({ indexes: [], migrationsSchema: "app" });
    expect(await shape()).toEqual(made);
  });
});

describe("is refused, and nothing is marked", () => {
  test("while an index is missing, or is another one", async () => {
    await db.query('CREATE INDEX "Order_placedAt_key" ON "Order" ("placedAt")');
    const { message } = await failureOf(mark());
    expect(message).toContain("public.Order_status_placedAt_idx is not there");
    expect(message).toContain("public.Order_placedAt_key is different");
    expect(message).toContain("let prisma migrate deploy run it");
    expect(await rows()).toHaveLength(1);
  });

  test("while Prisma is migrating", async () => {
    await buildAll();
    await db.query("SELECT pg_advisory_lock(72707369)");
    expect((await failureOf(mark())).message).toContain("prisma migrate deploy is running");
    expect(await rows()).toHaveLength(1);
    // It is the key that Prisma waits for, ten seconds.
    const { failed, said } = await tool("deploy");
    expect({ failed, said }).toMatchObject({
      failed: true,
      said: expect.stringMatching(/timed out|P1002/),
    });
  });

  test("when the migration is not there, or does more than create indexes", async () => {
    expect(() => read("20260909000000_none")).toThrow(
      /no migration 20260909000000_none in .*\n.*the folder contains 20260101000000_tables, /,
    );
    expect(() => readPrismaMigration("/nowhere", INDEXES, "public")).toThrow(
      /the folder does not exist/,
    );
    expect(() => read(LATER)).toThrow(/migration.sql does more than create indexes/);
  });
});

test("unqualified tables are in the URL's schema; the checksum is of the raw file", async () => {
  expect(read(INDEXES, "app").indexes.map(({ schema }) => schema)).toEqual(["app", "app"]);
  const before = read().checksum;
  await writeFile(join(folder, INDEXES, "migration.sql"), "CREATE INDEX a ON b (c);\r\n");
  expect(read().checksum).not.toBe(before);
});

test("Prisma 6 makes of a schema the SQL that is read of it", async () => {
  const schema = join(SCHEMAS, "schema.prisma");
  const { said } = await tool("diff", "--from-empty", "--to-schema-datamodel", schema, "--script");
  const content = await readFile(schema, "utf8");
  const sql = sqlOfPrismaSchema([{ path: schema, content }]);
  expect(said).toContain(sql.trim());
  const applied = await readFile(join(SCHEMAS, "applied.psql"), "utf8");
  expect(withoutComments(sql)).toBe(applied);
});

function withoutComments(sql: string): string {
  return sql
    .replaceAll(/^--.*\n/gm, "")
    .replaceAll(/\n{2,}/g, "\n")
    .trimStart();
}
