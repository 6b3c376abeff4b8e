import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  hold,
  holdSnapshot,
  holdWrite,
  identityOf,
  settle,
  stateOf,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
let roles: Roles;
beforeEach(async () => {
  roles = await createRoles(db);
  await db.query(`ALTER TABLE t OWNER TO ${roles.deploy}`);
  await db.query(`GRANT CREATE ON SCHEMA public TO ${roles.deploy}`);
});
afterEach(async () => {
  await settle(db);
  await db.query("ALTER TABLE t OWNER TO postgres");
  await dropRoles(db, roles);
});

/** Whoever is connected stays so; nobody can connect again. */
const EXPIRIES = [
  ["its password expires", (role: string) => `ALTER ROLE ${role} VALID UNTIL '2000-01-01'`],
  ["it may not log in any more", (role: string) => `ALTER ROLE ${role} NOLOGIN`],
] as const;

async function endSession(pid: number): Promise<void> {
  await db.query("SELECT pg_terminate_backend($1)", [pid]);
}

async function start(args: Args) {
  const recorder = record();
  const desired = await declare({ table: "t", name: "t_idx", ...args });
  const ensuring = ensureIndex({ database: targetOf(roles.url), desired, ctx: recorder.ctx });
  ensuring.catch(() => undefined);
  return { ensuring, ...recorder };
}

test.each(EXPIRIES)("a build whose role loses its access, %s", async (_, expire) => {
  const writer = await holdWrite(db, "t");
  const { ensuring } = await start({ columns: ["a"], unique: true });
  const pid = await untilPhase(db, "waiting for writers before build");
  await db.query(expire(roles.deploy));
  await endSession(pid);
  await writer.release();
  const { message } = await failureOf(ensuring);
  expect(message).toMatch(/cannot connect|password|not permitted to log in/);
  expect(message).toContain("an INVALID public.t_idx may be left behind");
  expect(message).toContain("the next pulumi up removes it");
  expect(await stateOf(db, "t_idx")).toBe("f/f/t");
});

test("a drop whose role loses its access says that queries have lost the index", async () => {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const { live } = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
  const { ctx } = record();
  // Who may not see since when a transaction runs waits for it before the drop.
  await db.query(`GRANT pg_read_all_stats TO ${roles.deploy}`);
  const young = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  const dropping = dropIndex(targetOf(roles.url), { ...identityOf(live), oid: live.oid }, ctx);
  dropping.catch(() => undefined);
  const pid = await untilWaiting(db, "DROP INDEX");
  await db.query(`ALTER ROLE ${roles.deploy} NOLOGIN`);
  await endSession(pid);
  await young.release();
  const { message } = await failureOf(dropping);
  expect(message).toContain("not permitted to log in");
  expect(message).toContain("the drop had begun, and cannot be undone");
  const [left] = await db.query("SELECT indisvalid FROM pg_index WHERE indexrelid = $1", [
    live.oid,
  ]);
  expect(left).toEqual({ indisvalid: false });
});

test("a change that has done a part says which, where it then gives up", async () => {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const target = targetOf(db.url);
  const { live } = await ensureIndex({ database: target, desired, ctx: record().ctx });
  const args = { table: "t", name: "t_renamed", columns: ["b"], buildWithin: "1s" };
  await holdSnapshot(db);
  const previous = { ...identityOf(live), oid: live.oid };
  const request = { database: target, desired: await declare(args), previous, ctx: record().ctx };
  const { message } = await failureOf(ensureIndex(request));
  expect(message).toContain("(buildWithin)");
  expect(message).toContain("its INVALID leftover was dropped");
  const [row] = await db.query("SELECT to_regclass('t_renamed') IS NOT NULL AS renamed");
  expect(message.includes("done until then: ALTER INDEX")).toBe(row?.renamed);
});
