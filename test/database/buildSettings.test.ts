// The settings of the session that builds, as a function sees them that the build itself calls.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import type { BuildSettings } from "../../providers/pgindex/src/engine/declare/buildSettings.ts";
import { withBuildSettings } from "../../providers/pgindex/src/engine/operation/buildSession.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { withWorkspace } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { stateOf } from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const INDEX = { table: "t", name: "i", columns: [{ expression: "seen(a)" }] };
const SEEN =
  "'builds with ' || current_setting('maintenance_work_mem') || ' and ' || current_setting('max_parallel_maintenance_workers')";
const FUNCTION = (body: string) =>
  `CREATE OR REPLACE FUNCTION public.seen(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
   $$ BEGIN ${body} RETURN $1; END $$`;

let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  await db.query(`ALTER DATABASE ${db.name} SET maintenance_work_mem = '7MB'`);
  await db.query(`ALTER DATABASE ${db.name} SET max_parallel_maintenance_workers = 3`);
});
beforeEach(async () => {
  await db.query(FUNCTION(`RAISE EXCEPTION '%', ${SEEN};`));
  await db.query("DROP TABLE IF EXISTS t");
  await db.query("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
});
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
});

const target = (buildSettings?: BuildSettings, url = db.url) => targetOf(url, { buildSettings });

/** The server's own words, which messages hide: a function can quote a row. */
async function seenBy(build: Promise<unknown>): Promise<string> {
  const { cause } = await failureOf(build);
  return (cause as Error).message.replace("builds with ", "");
}

describe("a build has", () => {
  test.each<[what: string, args: Args, stack: BuildSettings | undefined, seen: string]>([
    ["the server's own where nothing is declared", {}, undefined, "7MB and 3"],
    ["the Connection's", {}, { maintenanceWorkMem: 9216, parallelWorkers: 1 }, "9MB and 1"],
    ["the index's", { buildSettings: { maintenanceWorkMem: "8MB" } }, undefined, "8MB and 3"],
    [
      "each of the index's before the Connection's",
      { buildSettings: { parallelWorkers: 0 } },
      { maintenanceWorkMem: 9216, parallelWorkers: 1 },
      "9MB and 0",
    ],
  ])("%s", async (_, args, stack, seen) => {
    const desired = await declare({ ...INDEX, ...args });
    const database = target(stack);
    expect(await seenBy(ensureIndex({ database, desired, ctx: record().ctx }))).toBe(seen);
    expect(await stateOf(db, "i")).toBeUndefined();
  });
});

test("REINDEX CONCURRENTLY has them too", async () => {
  await db.query(FUNCTION(""));
  const build = async (trigger: string, previous?: ReturnType<typeof toIndexOutputs>) => {
    const buildSettings = { maintenanceWorkMem: "8MB" };
    const desired = await declare({ ...INDEX, buildSettings, rebuildWhen: { trigger } });
    const request = { database: target(), desired, previous, ctx: record().ctx };
    return toIndexOutputs(await ensureIndex(request), desired, []);
  };
  const first = await build("1");
  await db.query(FUNCTION(`RAISE EXCEPTION '%', ${SEEN};`));
  expect(await seenBy(build("2", first))).toBe("8MB and 3");
  expect(await stateOf(db, "i")).toBe("t/t/t");
});

test("the session's own come back, whatever became of the build", async () => {
  const purpose = { purpose: "test", searchPath: [] };
  await withWorkspace(target(), purpose, async ({ builder }) => {
    const settings = async () => {
      const rows = await builder.query<{ seen: string }>(`SELECT ${SEEN} AS seen`);
      return rows[0]?.seen;
    };
    await builder.query("SELECT pg_catalog.set_config('maintenance_work_mem', '6MB', false)");
    const wanted = { maintenanceWorkMem: 8192, parallelWorkers: 2 };
    expect(await withBuildSettings(builder, wanted, settings)).toBe("builds with 8MB and 2");
    expect(await settings()).toBe("builds with 6MB and 3");
    const failing = () => Promise.reject(new Error("of the build"));
    await expect(withBuildSettings(builder, wanted, failing)).rejects.toThrow("of the build");
    expect(await settings()).toBe("builds with 6MB and 3");
  });
});

test("a preview says them", async () => {
  const buildSettings = { maintenanceWorkMem: "8MB", parallelWorkers: 2 };
  expect(await previewIndex(target(), await declare({ ...INDEX, buildSettings }))).toContain(
    "builds with maintenance_work_mem = 8192kB, max_parallel_maintenance_workers = 2",
  );
});

describe("more than the machine has", () => {
  const HUGE = { buildSettings: { maintenanceWorkMem: "2047GB" } };
  const REFUSED =
    /maintenanceWorkMem of all concurrent builds is 4 times 2 TB, and the server has \d+ GB\n.*kernel.*\n +fix: set buildSettings\.maintenanceWorkMem to "\d+MB" or less\n.*maxConcurrentBuilds/s;

  test("is refused in preview, and by the build", async () => {
    const desired = await declare({ ...INDEX, ...HUGE });
    const building = () => ensureIndex({ database: target(), desired, ctx: record().ctx });
    for (const refused of [() => previewIndex(target(), desired), building])
      expect((await failureOf(refused())).message).toMatch(REFUSED);
    expect(await stateOf(db, "i")).toBeUndefined();
  });

  test("cannot be known by a role that may not read the server's files", async () => {
    await db.query(
      `GRANT CREATE ON SCHEMA public TO ${roles.deploy}; ALTER TABLE t OWNER TO ${roles.deploy}`,
    );
    const desired = await declare({ ...INDEX, ...HUGE });
    expect(await previewIndex(target(undefined, roles.url), desired)).toContain(
      "builds with maintenance_work_mem = 2146435072kB",
    );
  });

  test("does not matter where nothing is to be built", async () => {
    await db.query(FUNCTION(""));
    await db.query("CREATE INDEX i ON t (seen(a))");
    const desired = await declare({ ...INDEX, ...HUGE });
    const { adopted } = await ensureIndex({ database: target(), desired, ctx: record().ctx });
    expect(adopted).toBe(true);
  });
});
