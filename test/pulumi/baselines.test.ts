// Migrations of three tools in one program, each marked once its indexes stand.
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DrizzleBaseline,
  Index,
  type IndexArgs,
  indexesFromSql,
  NodePgMigrateBaseline,
  PrismaBaseline,
} from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { migrate } from "../../demo/demoData.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOfEach, failureOf, linesOf } from "../support/pulumi/pulumiRun.ts";
import * as nodePg from "../support/tools/nodePgMigrate.ts";
import * as prisma from "../support/tools/prisma.ts";

// Prisma is installed by the first that needs it.
vi.setConfig({ hookTimeout: 600_000 });

const DRIZZLE = "0013_sticky_skreet";
const drizzleFolder = join(import.meta.dirname, "../../drizzle/migrations");
const PLACED: IndexArgs = { table: "orders", name: "orders_placed_idx", columns: ["placed_at"] };

const backend = createBackend();
const database = useDatabase(
  'CREATE TABLE "Order" (id bigint PRIMARY KEY, status text, "placedAt" timestamptz)',
);
let ofNodePg: Awaited<ReturnType<typeof nodePg.createProject>>;
let ofPrisma: Awaited<ReturnType<typeof prisma.createProject>>;
let file: string;
let stack: TestStack;
/** Whether the program declares the indexes of Drizzle's and node-pg-migrate's migrations. */
let isDeclared = false;
/** Of the resource for Prisma's migration. */
let prismaName = "prisma";

beforeAll(async () => {
  ofNodePg = await nodePg.createProject();
  ofPrisma = await prisma.createProject();
  file = join(ofPrisma.folder, prisma.INDEXES, "migration.sql");
  await migrate(database().url);
  stack = await createStack(program, { backend, env: { DATABASE_URL: database().url } });
});
afterAll(() => {
  for (const { root } of [ofNodePg, ofPrisma]) rmSync(root, { recursive: true });
});

const declare = (each: IndexArgs) => new Index(each.name as string, each);

async function program(): Promise<void> {
  const ofDrizzle = indexesFromSql(join(drizzleFolder, `${DRIZZLE}.sql`));
  const { folder } = ofNodePg;
  const ofOrders = [...indexesFromSql(join(folder, `${nodePg.INDEXES}.sql`)), PLACED];
  const declared = (indexes: readonly IndexArgs[]) => (isDeclared ? indexes.map(declare) : []);
  const drizzle = { migration: DRIZZLE, folder: drizzleFolder };
  new DrizzleBaseline("drizzle", drizzle, { dependsOn: declared(ofDrizzle) });
  const dependsOn = declared(ofOrders);
  const first = new NodePgMigrateBaseline(
    "first",
    { migration: nodePg.INDEXES, folder },
    { dependsOn },
  );
  const second = { migration: nodePg.PROGRAM, folder, indexes: [PLACED] };
  new NodePgMigrateBaseline("second", second, { dependsOn: first });
  if (!isDeclared) return;
  const ofPrismas = { migration: prisma.INDEXES, folder: ofPrisma.folder };
  new PrismaBaseline(prismaName, ofPrismas, { dependsOn: indexesFromSql(file).map(declare) });
}

const drizzleMarks = async () =>
  (await database().query("SELECT 1 FROM drizzle.__drizzle_migrations")).length;
async function nodePgMarks(): Promise<unknown[]> {
  const rows = await database().query("SELECT name FROM pgmigrations ORDER BY run_on, id");
  return rows.map(({ name }) => name);
}
const prismaMarks = () =>
  database().query("SELECT migration_name, checksum FROM _prisma_migrations");
const prismaMark = () => ({
  migration_name: prisma.INDEXES,
  checksum: createHash("sha256").update(readFileSync(file)).digest("hex"),
});
const nodePgTool = (...args: string[]) =>
  nodePg.nodePgMigrate(ofNodePg.root, database().url, ...args);
const prismaStatus = async () =>
  (await prisma.migrate(ofPrisma.root, database().url, "status")).said;

test("no migration is marked before its indexes stand", async () => {
  expect(await nodePgTool("up", "1")).toMatchObject({ failed: false });
  // The engine ends with the first error, whichever that is.
  const errors = Object.entries(errorsOfEach(await failureOf(stack.up())));
  expect(errors.length).toBeGreaterThan(0);
  for (const [name, error] of errors) {
    expect(["drizzle", "first"]).toContain(name);
    expect(error).toContain("is not there");
  }
  expect(await drizzleMarks()).toBe(13);
  expect(await nodePgMarks()).toEqual([nodePg.TABLES]);
});

test("each is marked once they stand, in SQL and in JavaScript, in the tool's order", async () => {
  isDeclared = true;
  const { changes, events } = await stack.up();
  expect(changes).toEqual({ same: 1, create: 11 });
  expect(linesOf(events, "drizzle").map(({ message }) => message)).toContain(
    `${DRIZZLE} marked as applied in drizzle.__drizzle_migrations`,
  );
  expect(await drizzleMarks()).toBe(14);
  expect(await nodePgMarks()).toEqual([nodePg.TABLES, nodePg.INDEXES, nodePg.PROGRAM]);
  expect(await prismaMarks()).toEqual([prismaMark()]);
  expect(await prismaStatus()).toMatch(
    `not yet been applied:\n${prisma.TABLES}\n${prisma.LATER}\n`,
  );
});

test("a mark that was lost is set again, and follows its file", async () => {
  await database().query("DELETE FROM drizzle.__drizzle_migrations WHERE id > 13");
  await database().query(`DELETE FROM pgmigrations WHERE name = '${nodePg.PROGRAM}'`);
  await stack.refresh();
  writeFileSync(file, `-- For the list of orders\n${readFileSync(file, "utf8")}`);
  expect((await stack.up()).changes).toEqual({ same: 9, create: 2, update: 1 });
  expect(await drizzleMarks()).toBe(14);
  expect(await prismaMarks()).toEqual([prismaMark()]);
  expect((await nodePgTool("up")).said.match(/^> - .*/gm)).toEqual([`> - ${nodePg.LATER}`]);
  expect((await nodePgTool("up")).said).toContain("No migrations to run!");
  const all = [nodePg.TABLES, nodePg.INDEXES, nodePg.PROGRAM, nodePg.LATER];
  expect(await nodePgMarks()).toEqual(all);
});

test("line ends are no change, and another name of its resource keeps the mark", async () => {
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("\n", "\r\n"));
  expect((await stack.preview()).changes).toEqual({ same: 12 });
  prismaName = "renamed";
  expect((await stack.up()).changes).toEqual({ same: 11, create: 1, delete: 1 });
  expect((await prismaMarks()).map((row) => row.migration_name)).toEqual([prisma.INDEXES]);
  expect(await prismaStatus()).not.toContain(prisma.INDEXES);
});

test("a destroy takes the marks away, and the tools run what is left", async () => {
  await stack.destroy();
  expect(await drizzleMarks()).toBe(13);
  expect(await prismaMarks()).toEqual([]);
  expect(await nodePgMarks()).toEqual([nodePg.TABLES, nodePg.LATER]);
  expect((await nodePgTool("up", "--no-check-order")).said.match(/^> - .*/gm)).toEqual([
    `> - ${nodePg.INDEXES}`,
    `> - ${nodePg.PROGRAM}`,
  ]);
});
