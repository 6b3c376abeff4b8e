import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Index, indexesFromSql, PrismaBaseline } from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { createProject, INDEXES, LATER, migrate, TABLES } from "../support/tools/prisma.ts";

// The tool is installed by the first that needs it.
vi.setConfig({ hookTimeout: 300_000 });

const backend = createBackend();
const database = useDatabase(
  'CREATE TABLE "Order" (id bigint PRIMARY KEY, status text, "placedAt" timestamptz)',
);
let root: string;
let folder: string;
beforeAll(async () => {
  ({ root, folder } = await createProject());
});
afterAll(() => rm(root, { recursive: true }));

const marks = () => database().query("SELECT migration_name, checksum FROM _prisma_migrations");

test("a migration is marked once its indexes stand, keeps its mark when its file or its resource's name changes, and is unmarked by a destroy", async () => {
  let name = "applied";
  const file = join(folder, INDEXES, "migration.sql");
  const checksum = async () =>
    createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  const stack = await createStack(
    async () => {
      const indexes = indexesFromSql(file).map((each) => new Index(each.name, each));
      new PrismaBaseline(name, { migration: INDEXES, folder }, { dependsOn: indexes });
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  expect((await stack.up()).changes).toEqual({ create: 4 });
  expect(await marks()).toEqual([{ migration_name: INDEXES, checksum: await checksum() }]);
  const { said } = await migrate(root, database().url, "status");
  expect(said).toMatch(`not yet been applied:\n${TABLES}\n${LATER}\n`);

  await writeFile(file, `-- For the list of orders\n${await readFile(file, "utf8")}`);
  expect((await stack.up()).changes).toEqual({ same: 3, update: 1 });
  expect(await marks()).toEqual([{ migration_name: INDEXES, checksum: await checksum() }]);
  expect((await stack.preview()).changes).toEqual({ same: 4 });

  const marked = await marks();
  await writeFile(file, (await readFile(file, "utf8")).replaceAll("\n", "\r\n"));
  expect((await stack.preview()).changes).toEqual({ same: 4 });
  name = "renamed";
  expect((await stack.up()).changes).toEqual({ same: 3, create: 1, delete: 1 });
  expect((await marks()).map((row) => row.migration_name)).toEqual([INDEXES]);
  expect((await migrate(root, database().url, "status")).said).not.toContain(INDEXES);
  expect(marked).toHaveLength(1);

  await stack.destroy();
  expect(await marks()).toEqual([]);
});
