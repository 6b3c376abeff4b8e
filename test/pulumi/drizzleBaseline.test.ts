import { join } from "node:path";
import { DrizzleBaseline, Index, indexesFromSql } from "pulumi-pgindex";
import { expect, test } from "vitest";
import { migrate } from "../../demo/demoData.ts";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf, linesOf } from "../support/pulumi/pulumiRun.ts";

const folder = join(import.meta.dirname, "../../drizzle/migrations");
const migration = "0013_sticky_skreet";

const backend = createBackend();
const database = useDatabase();

test("a migration is marked once its indexes stand, shown when the mark is lost, and unmarked by a destroy", async () => {
  const { url } = database();
  await migrate(url);
  const marks = async () =>
    (await database().query("SELECT 1 FROM drizzle.__drizzle_migrations")).length;
  let isDeclared = false;
  const stack = await createStack(
    async () => {
      const declarations = isDeclared ? indexesFromSql(join(folder, `${migration}.sql`)) : [];
      const indexes = declarations.map((each) => new Index(each.name, each));
      new DrizzleBaseline("applied", { migration, folder }, { dependsOn: indexes });
    },
    { backend, env: { DATABASE_URL: url } },
  );
  expect(errorsOf(await failureOf(stack.up()), "applied")).toContain("is not there");
  expect(await marks()).toBe(13);

  isDeclared = true;
  const { changes, events } = await stack.up();
  expect(changes).toEqual({ same: 1, create: 3 });
  expect(linesOf(events, "applied").map(({ message }) => message)).toContain(
    `${migration} marked as applied in drizzle.__drizzle_migrations`,
  );
  expect(await marks()).toBe(14);
  expect((await stack.preview()).changes).toEqual({ same: 4 });

  await database().query("DELETE FROM drizzle.__drizzle_migrations WHERE id > 13");
  await stack.refresh();
  expect((await stack.up()).changes).toEqual({ same: 3, create: 1 });
  expect(await marks()).toBe(14);
  await stack.destroy();
  expect(await marks()).toBe(13);
});
