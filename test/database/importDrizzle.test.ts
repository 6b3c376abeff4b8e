import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { observe } from "../../providers/pgindex/src/engine/catalog/indexes.ts";
import type { LiveIndex } from "../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { type IndexDeclaration, schemaOf } from "../../providers/pgindex/src/import/declaration.ts";
import { indexesFromDrizzle } from "../../providers/pgindex/src/import/indexesFromDrizzle.ts";
import { indexesFromSql } from "../../providers/pgindex/src/import/indexesFromSql.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import * as schema from "./importDrizzleSchema.ts";

const SCHEMA = "test/database/importDrizzleSchema.ts";

/** The statements of the migration that drizzle-kit itself writes for a schema. */
async function drizzleKit(casing?: string): Promise<string[]> {
  const out = await mkdtemp(join(tmpdir(), "pgindex-drizzle-kit-"));
  const args = ["generate", "--dialect", "postgresql", "--schema", SCHEMA, "--out", out];
  const kit = join("node_modules", ".bin", "drizzle-kit");
  const { stdout } = await execa(kit, casing ? [...args, "--casing", casing] : args);
  const [migration] = (await readdir(out)).filter((name) => name.endsWith(".sql"));
  if (migration === undefined) throw new Error(`drizzle-kit wrote no migration: ${stdout}`);
  const sql = await readFile(join(out, migration), "utf8");
  await rm(out, { recursive: true });
  return sql.split("--> statement-breakpoint").map((statement) => statement.trim());
}

const isIndex = (statement: string) => /^CREATE (UNIQUE )?INDEX/.test(statement);

async function run(db: TestDatabase, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await db.query(statement);
}

async function liveIndex(db: TestDatabase, found: IndexDeclaration): Promise<LiveIndex> {
  const id = { schema: schemaOf(found), name: found.name };
  const options = { purpose: "test", writable: false };
  const observed = await withObserver(targetOf(db.url), options, (session) => observe(session, id));
  if (observed.kind === "index") return observed.index;
  throw new Error(`${id.schema}.${id.name} is ${observed.kind}`);
}

/** Every index that belongs to no constraint. */
async function indexNames(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT schemaname || '.' || indexname AS name FROM pg_indexes i
      WHERE schemaname IN ('public', 'app')
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname) ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

describe.each([
  { title: "as it is", casing: undefined },
  { title: "with columns in snake case", casing: "snake_case" },
] as const)("a Drizzle schema $title", ({ casing }) => {
  let theirs: TestDatabase;
  let ours: TestDatabase;
  let statements: string[];
  const declarations = indexesFromDrizzle(schema, { casing });

  beforeAll(async () => {
    [theirs, ours, statements] = await Promise.all([
      createDatabase(),
      createDatabase(),
      drizzleKit(casing),
    ]);
    await run(theirs, statements);
    await run(
      ours,
      statements.filter((statement) => !isIndex(statement)),
    );
    for (const declaration of declarations) {
      const desired = await declare({ ...declaration });
      await ensureIndex({ database: targetOf(ours.url), desired, ctx: record().ctx });
    }
  }, 600_000);
  afterAll(async () => {
    await theirs?.drop();
    await ours?.drop();
  });

  test("gives as many indexes as drizzle-kit makes, under the same names", async () => {
    expect(declarations).toHaveLength(statements.filter(isIndex).length);
    expect(await indexNames(ours)).toEqual(await indexNames(theirs));
  });

  test.each(declarations)("$schema $name is the index that drizzle-kit makes", async (found) => {
    const [mine, its] = [await liveIndex(ours, found), await liveIndex(theirs, found)];
    expect(mine.canonical).toEqual(its.canonical);
    expect(mine.definition).toBe(its.definition);
  });

  test("is adopted where drizzle-kit made it", async () => {
    for (const declaration of declarations) {
      const desired = await declare({ ...declaration });
      const ensured = await ensureIndex({
        database: targetOf(theirs.url),
        desired,
        ctx: record().ctx,
      });
      expect(ensured.adopted, declaration.name).toBe(true);
    }
  }, 300_000);

  test("gives what reading drizzle-kit's migration gives", () => {
    const sort = (found: readonly IndexDeclaration[]) =>
      found.map((each) => JSON.stringify(each)).sort();
    const migration = indexesFromSql({ sql: statements.join("\n") });
    expect(sort(declarations)).toEqual(sort(migration));
  });
});
