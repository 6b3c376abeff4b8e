import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  BUILDS_NOTHING,
  identityOf,
  settle,
  stateOf,
  stepsOf,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const PAGE = readFileSync(new URL("../../docs/privileges.md", import.meta.url), "utf8");
const LOGINS = ["pgindex_builder", "pgindex_deploy", "pgindex_verifier"];
const desired = await declare({ schema: "app", table: "t", name: "t_idx", columns: ["a"] });

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`REVOKE ALL ON DATABASE ${db.name} FROM PUBLIC`);
  await db.query(`REVOKE ALL ON SCHEMA public FROM PUBLIC`);
  await db.query(named("CREATE ROLE app_owner NOLOGIN"));
  await db.query("CREATE SCHEMA app");
  await db.query("CREATE TABLE app.t AS SELECT i AS a FROM generate_series(1, 1000) i");
  await db.query(named("ALTER TABLE app.t OWNER TO app_owner"));
  for (const block of ["builder", "acting", "verifier"]) await db.query(named(sqlOf(block)));
  // Who may connect at all is another matter.
  for (const login of LOGINS) await db.query(named(`GRANT CONNECT ON DATABASE shop TO ${login}`));
});
afterAll(async () => {
  await settle(db);
  const roles = named([...LOGINS, "app_owner"].join(", "));
  await db.query(`DROP OWNED BY ${roles} CASCADE`);
  await db.query(`DROP ROLE ${roles}`);
  await db.drop();
});

/** The block of the page that is marked so, as it stands there. */
function sqlOf(mark: string): string {
  const [, sql] = new RegExp(`\`\`\`sql ${mark}\n([^]*?)\`\`\``).exec(PAGE) ?? [];
  if (!sql) throw new Error(`docs/privileges.md has no block "sql ${mark}"`);
  return sql;
}

/** Roles belong to the whole server, so the page's get the test database's name. */
function named(sql: string): string {
  return sql
    .replace(/\b(app_owner|pgindex_\w+)\b/g, `${db.name}_$1`)
    .replace(/\bDATABASE shop\b/g, `DATABASE ${db.name}`);
}

function targetAs(login: string, role?: string) {
  const url = Object.assign(new URL(db.url), { username: named(login), password: "change-me" });
  return targetOf(url.href, { role: role && named(role) });
}

const AS = {
  builder: () => targetAs("pgindex_builder"),
  "builder that acts as the owner": () => targetAs("pgindex_deploy", "app_owner"),
};

test.each(Object.entries(AS))(
  "the %s builds, adopts, refreshes and drops",
  async (_, targetOfRole) => {
    const target = targetOfRole();
    const { ctx } = record();
    const built = await ensureIndex({ database: target, desired, ctx });
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    expect(await ensureIndex({ database: target, desired, ctx })).toMatchObject({ adopted: true });
    const outputs = toIndexOutputs(built, desired, []);
    expect(await refreshIndex(target, outputs)).toEqual(outputs);
    await dropIndex(target, identityOf(built.live), ctx);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  },
);

test("whoever acts as the owner sees his build's progress, and can cancel it", async () => {
  const target = targetAs("pgindex_deploy", "app_owner");
  const writer = await db.connect();
  await writer.query("BEGIN; DELETE FROM app.t WHERE false");
  const { ctx, statuses, cancel } = record();
  const building = failureOf(ensureIndex({ database: target, desired, ctx }));
  await untilPhase(db, "waiting for writers before build");
  await expect.poll(() => statuses.join("\n"), { timeout: 60_000 }).toMatch(/waiting for writers/);
  cancel();
  // The writer still stands in the way: only a cancel ends the build.
  const builds = "SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database()";
  await expect.poll(() => db.query(builds), { timeout: 60_000 }).toEqual([]);
  await writer.query("ROLLBACK");
  expect((await building).message).toMatch(/^cancelled/);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});

test("the verifier looks and compares, and changes nothing", async () => {
  const { ctx } = record();
  const built = await ensureIndex({ database: AS.builder(), desired, ctx });
  const outputs = toIndexOutputs(built, desired, []);
  const target = targetAs("pgindex_verifier");
  expect(await refreshIndex(target, outputs)).toEqual(outputs);
  expect(stepsOf(await previewIndex(target, desired), "app.t")).toEqual([BUILDS_NOTHING]);

  const other = await declare({ schema: "app", table: "t", name: "u_idx", columns: ["a"] });
  const onlyOwner = /only the owner of a table/;
  expect((await failureOf(previewIndex(target, other))).message).toMatch(onlyOwner);
  expect((await failureOf(ensureIndex({ database: target, desired: other, ctx }))).message).toMatch(
    onlyOwner,
  );
  const drop = dropIndex(target, identityOf(built.live), ctx);
  expect((await failureOf(drop)).message).toMatch(onlyOwner);
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  await dropIndex(AS.builder(), identityOf(built.live), ctx);
});
