import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Index, type IndexArgs, indexesFromSql, NodePgMigrateBaseline } from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";
import {
  createProject,
  INDEXES,
  LATER,
  nodePgMigrate,
  PROGRAM,
  TABLES,
} from "../support/tools/nodePgMigrate.ts";

const PLACED: IndexArgs = { table: "orders", name: "orders_placed_idx", columns: ["placed_at"] };

const backend = createBackend();
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

test("migrations in SQL and JavaScript are marked in their order, so that the tool runs only what is left, and unmarked by a destroy", async () => {
  expect(await tool("up", "1")).toMatchObject({ failed: false });
  let declared: IndexArgs[] = [];
  const stack = await createStack(
    async () => {
      const indexes = declared.map((each) => new Index(each.name as string, each));
      const first = new NodePgMigrateBaseline(
        "first",
        { migration: INDEXES, folder },
        { dependsOn: indexes },
      );
      new NodePgMigrateBaseline(
        "second",
        { migration: PROGRAM, folder, indexes: [PLACED] },
        { dependsOn: first },
      );
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  expect(errorsOf(await failureOf(stack.up()), "first")).toContain("is not there");
  expect(await marks()).toEqual([TABLES]);

  declared = [...indexesFromSql(join(folder, `${INDEXES}.sql`)), PLACED];
  expect((await stack.up()).changes).toEqual({ same: 1, create: 5 });
  expect(await marks()).toEqual([TABLES, INDEXES, PROGRAM]);
  expect((await stack.preview()).changes).toEqual({ same: 6 });

  await database().query(`DELETE FROM pgmigrations WHERE name = '${PROGRAM}'`);
  await stack.refresh();
  expect((await stack.up()).changes).toEqual({ same: 5, create: 1 });
  expect((await tool("up")).said.match(/^> - .*/gm)).toEqual([`> - ${LATER}`]);
  expect((await tool("up")).said).toContain("No migrations to run!");
  expect(await marks()).toEqual([TABLES, INDEXES, PROGRAM, LATER]);

  await stack.destroy();
  expect(await marks()).toEqual([TABLES, LATER]);
  expect((await tool("up", "--no-check-order")).said.match(/^> - .*/gm)).toEqual([
    `> - ${INDEXES}`,
    `> - ${PROGRAM}`,
  ]);
});
