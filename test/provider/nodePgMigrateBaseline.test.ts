import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNodePgMigrateMigration } from "../../providers/pgindex/src/baseline/nodePgMigrate/nodePgMigrateMigration.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { createProject, INDEXES, nodePgMigrate, TABLES } from "../support/tools/nodePgMigrate.ts";
import { oneProvider, Resource } from "./resource.ts";

const database = useDatabase();
let root: string;
let folder: string;
beforeAll(async () => {
  ({ root, folder } = await createProject());
});
afterAll(() => rm(root, { recursive: true }));

const tool = (...args: string[]) => nodePgMigrate(root, database().url, ...args);

async function marks(): Promise<unknown[]> {
  const rows = await database().query("SELECT name FROM pgmigrations ORDER BY run_on, id");
  return rows.map(({ name }) => name);
}

test("another table of marks is another mark: the first is given up for it", async () => {
  await tool("up", "--no-check-order");
  await database().query(`DELETE FROM pgmigrations WHERE name <> '${TABLES}'`);
  await database().query("CREATE TABLE others (LIKE pgmigrations INCLUDING ALL)");
  const open = oneProvider({ DATABASE_URL: database().url });
  const applied = new Resource("nodePgMigrateBaseline", open);
  // As the resource's class reads it.
  const read = readNodePgMigrateMigration(INDEXES, { folder, schema: "public" });
  const args = { migrationsSchema: "public", checkOrder: false, ...read };
  await applied.up({ ...args, migrationsTable: "others" });
  expect(await database().query("SELECT name FROM others")).toEqual([{ name: INDEXES }]);
  expect((await applied.up(args)).change).toBe("update");
  expect(await database().query("SELECT name FROM others")).toEqual([]);
  expect(await marks()).toEqual([TABLES, INDEXES]);
});
