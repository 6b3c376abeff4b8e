import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrate } from "../../demo/demoData.ts";
import { markApplied, stillMarked, unmark } from "../../providers/pgindex/src/baseline/baseline.ts";
import { parseBaseline } from "../../providers/pgindex/src/baseline/baselineArgs.ts";
import { drizzle } from "../../providers/pgindex/src/baseline/drizzle/drizzleBookkeeping.ts";
import { readDrizzleMigration } from "../../providers/pgindex/src/baseline/drizzle/drizzleMigration.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { runTool, type ToolRun } from "../support/tools/tool.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "drizzle/migrations");
const TAG = "0013_sticky_skreet";
const { indexes, ...mark } = readDrizzleMigration(FOLDER, TAG);

let db: TestDatabase;
beforeEach(async () => {
  db = await createDatabase();
  await migrate(db.url);
});
afterEach(() => db.drop());

/** The real tool, as its users run it. */
function drizzleKit(command: string): Promise<ToolRun> {
  const args = [command, "--config", "drizzle.config.ts"];
  return runTool("drizzle-kit/bin.cjs", args, { url: db.url, cwd: ROOT });
}

async function baseline(more: object = {}) {
  const parsed = await parseBaseline(drizzle, { ...mark, indexes, ...more });
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

async function buildAll(): Promise<void> {
  for (const declaration of indexes) await buildIndex(db.url, { ...declaration });
}

const marks = () =>
  db.query(
    "SELECT hash, created_at::float8 AS at FROM drizzle.__drizzle_migrations ORDER BY created_at",
  );

describe("the real drizzle-kit", () => {
  test("without the mark it runs the migration, and fails as its users report", async () => {
    await buildAll();
    expect(await drizzleKit("migrate")).toMatchObject({ failed: true });
    expect(await marks()).toHaveLength(13);
  });

  test("with the mark, which is the one it writes, it has nothing to run or generate", async () => {
    await buildAll();
    const outputs = await markApplied(drizzle, targetOf(db.url), await baseline());
    expect(outputs).toMatchObject({ migration: TAG, adopted: false, createdAt: mark.createdAt });
    const ours = await marks();
    expect(await drizzleKit("migrate")).toMatchObject({ failed: false });
    expect(await marks()).toEqual(ours);
    const generated = await drizzleKit("generate");
    expect(generated.said).toContain("No schema changes, nothing to migrate");

    await unmark(drizzle, targetOf(db.url), outputs);
    expect(await stillMarked(drizzle, targetOf(db.url), outputs)).toBe(false);
    for (const { name } of indexes) await db.query(`DROP INDEX ${name}`);
    expect(await drizzleKit("migrate")).toMatchObject({ failed: false });
    expect(await marks()).toEqual(ours);
  });

  test("a mark of its own is adopted, and stays when ours is taken back", async () => {
    expect(await drizzleKit("migrate")).toMatchObject({ failed: false });
    const outputs = await markApplied(drizzle, targetOf(db.url), await baseline());
    expect(outputs.adopted).toBe(true);
    expect(await marks()).toHaveLength(14);
    await unmark(drizzle, targetOf(db.url), outputs);
    expect(await stillMarked(drizzle, targetOf(db.url), outputs)).toBe(true);
  });
});

describe("is refused, and nothing is marked", () => {
  test("while an index is missing, or is another one", async () => {
    await db.query(
      "CREATE INDEX conversation_messages_state_created_idx ON conversation_messages (created_at)",
    );
    const { message } = await failureOf(markApplied(drizzle, targetOf(db.url), await baseline()));
    expect(message).toContain(`the migration ${TAG} is not marked as applied`);
    expect(message).toContain("public.conversation_messages_state_created_idx is different");
    expect(message).toContain("public.conversation_states_patient_active_expires_idx is not there");
    expect(await marks()).toHaveLength(13);
  });

  test("while an index is INVALID", async () => {
    await buildAll();
    await db.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = " +
        "'conversation_messages_state_created_idx'::regclass",
    );
    const { message } = await failureOf(markApplied(drizzle, targetOf(db.url), await baseline()));
    expect(message).toContain("conversation_messages_state_created_idx is invalid");
  });

  test("while earlier migrations have not been applied: they would never run", async () => {
    await buildAll();
    await db.query("DELETE FROM drizzle.__drizzle_migrations WHERE created_at > 0 AND id > 10");
    const { message } = await failureOf(markApplied(drizzle, targetOf(db.url), await baseline()));
    expect(message).toContain("does not have the migrations before it");
    await db.query("DROP SCHEMA drizzle CASCADE");
    await failureOf(markApplied(drizzle, targetOf(db.url), await baseline()));
    expect(await db.query("SELECT 1 FROM pg_namespace WHERE nspname = 'drizzle'")).toEqual([]);
  });
});

describe("a role without rights on Drizzle's table", () => {
  let roles: Roles;
  beforeEach(async () => {
    roles = await createRoles(db);
  });
  afterEach(() => dropRoles(db, roles));

  test("is told what to grant, and with that it marks and takes back", async () => {
    await buildAll();
    const target = targetOf(roles.url);
    const refused = await failureOf(markApplied(drizzle, target, await baseline()));
    const grants = /fix: run: (GRANT .*;)$/m.exec(refused.message)?.[1] ?? "";
    expect(refused.message).toMatch(
      /^cannot use the table "drizzle"\."__drizzle_migrations" of drizzle-kit migrate/,
    );
    expect(refused.message).toMatch(/why: permission denied for schema drizzle/);
    await db.query(grants);
    const outputs = await markApplied(drizzle, target, await baseline());
    expect(await marks()).toHaveLength(14);
    await unmark(drizzle, target, outputs);
    expect(await marks()).toHaveLength(13);
  });
});

test("the first migration of a database makes Drizzle's table as Drizzle does", async () => {
  await buildAll();
  await db.query("DROP SCHEMA drizzle CASCADE");
  await markApplied(drizzle, targetOf(db.url), await baseline({ previousAt: null }));
  expect(await marks()).toEqual([{ hash: mark.hash, at: mark.createdAt }]);
});

describe("a migration that cannot be marked", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgindex-migrations-"));
    await cp(FOLDER, folder, { recursive: true });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test.each([
    [
      "is not in the journal",
      "0099_none",
      /there is no migration 0099_none .*\n.*the journal has 0000_clever_mordo/,
    ],
    ["does more than create indexes", "0001_previous_black_crow", /does more than create indexes/],
  ])("%s", (_, tag, message) => {
    expect(() => readDrizzleMigration(folder, tag)).toThrow(message);
  });

  test("has no file", async () => {
    const file = join(folder, `${TAG}.sql`);
    const sql = await readFile(file, "utf8");
    await rm(file);
    expect(() => readDrizzleMigration(folder, TAG)).toThrow(/there is no migration 0013_sticky/);
    await writeFile(file, sql);
  });

  test("is in no folder of migrations", () => {
    expect(() => readDrizzleMigration("/nowhere", TAG)).toThrow(/has no Drizzle migrations/);
  });
});
