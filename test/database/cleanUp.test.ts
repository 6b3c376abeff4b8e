import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { removeLeftover } from "../../providers/pgindex/src/engine/build/leftoverCleanup.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  type Holder,
  hold,
  holdSnapshot,
  holdWrite,
  identityOf,
  settle,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { type Leftover, leave } from "../support/engine/engineLeftovers.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();

const BUILT = { schema: "public", table: "t", name: "t_idx" };
const OURS = { table: "t", index: "t_idx", body: "(a)" };

/** Behind a reader who counts as forgotten from the beginning. */
async function cleanUpInVain(leftover: Leftover) {
  await leave(db, leftover);
  const reader: Holder = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  const { ctx, statuses } = record();
  const left = await removeLeftover(targetOf(db.url), BUILT, ctx, 0);
  return { reader, left, statuses };
}

const invalid = () => db.query("SELECT 1 FROM pg_index WHERE NOT indisvalid");

const CASES: readonly (readonly [leftover: Leftover, cost: string])[] = [
  [{ ...OURS, state: "f/f/t" }, "INVALID and empty: no write maintains it"],
  [{ ...OURS, state: "f/t/t" }, "INVALID: no query uses it, every write maintains it"],
  [
    { ...OURS, state: "f/t/t", unique: true },
    "INVALID: no query uses it, every write maintains it, and it rejects rows with equal keys [rejects-rows]",
  ],
  [{ ...OURS, state: "f/f/f" }, "INVALID and half dropped: nothing uses it, no write maintains it"],
];

test.each(CASES)("what cannot be dropped yet is told exactly: %o", async (leftover, cost) => {
  const { reader, left, statuses } = await cleanUpInVain(leftover);
  expect(left).toMatch(
    leftover.unique
      ? /^public\.t_idx is left behind, .*; the server drops it as soon as that ends: pid \d+ waits for it$/
      : /^public\.t_idx is left behind, .*; the next pulumi up removes it$/,
  );
  expect(left).toContain(`is left behind, ${cost}; blocking the clean-up: pid ${reader.pid} (`);
  expect(left).toContain("SELECT a FROM t LIMIT …)");
  expect(statuses.join("\n")).toMatch(
    new RegExp(`^cleaning up t_idx, .* waits for pid ${reader.pid} `, "m"),
  );
  // The second half of a drop is done as soon as nobody is in the way.
  if (leftover.unique) {
    await expect(db.query("INSERT INTO t SELECT * FROM t")).rejects.toThrow("duplicate key");
    await reader.release();
    await until("the server has dropped it", async () => (await invalid()).length === 0);
    await db.query("INSERT INTO t (a) SELECT a + 1000 FROM t");
  } else expect(await stateOf(db, "t_idx")).toBe(leftover.state);
  await reader.release();
  const desired = await declare({
    table: "t",
    name: "t_idx",
    columns: ["a"],
    unique: leftover.unique ?? false,
  });
  const { ctx } = record();
  const { live } = await ensureIndex({ database: targetOf(db.url), desired, ctx });
  expect(live.valid).toBe(true);
});

test("what somebody mends while the clean-up waits for them is not dropped", async () => {
  await leave(db, { ...OURS, state: "f/t/t" });
  const mender = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  const { ctx, statuses } = record();
  const left = removeLeftover(targetOf(db.url), BUILT, ctx);
  await until("it waits", async () => statuses.join().includes(`pid ${mender.pid} `));
  await mender.client.query("REINDEX INDEX t_idx");
  await mender.client.query("COMMIT");
  expect(await left).toBe("the index exists and is valid; the next pulumi up adopts it");
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
});

test("where nothing was left, nobody is in the way", async () => {
  const builder = await hold(db, "BEGIN", "SELECT 1");
  const key = "SELECT pg_advisory_xact_lock(x'70676978'::int, hashtext('[\"public\",\"t\"]'))";
  await builder.client.query(key);
  const left = await removeLeftover(targetOf(db.url), BUILT, record().ctx, 0);
  expect(left).toBe("nothing was left behind");
});

describe("for a role that may not make temporary tables", () => {
  let roles: Roles;
  beforeEach(async () => {
    roles = await createRoles(db);
    await db.query(`ALTER TABLE t OWNER TO ${roles.deploy}`);
    await db.query(`GRANT CREATE ON SCHEMA public TO ${roles.deploy}`);
    await db.query(`REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC`);
  });
  afterEach(async () => {
    await settle(db);
    await db.query("ALTER TABLE t OWNER TO postgres");
    await dropRoles(db, roles);
  });

  /** A build that waits in this phase. */
  async function build(phase: string) {
    const { ctx, lines } = record();
    // A btree on columns alone needs no copy of the table to be compared.
    const hash = { table: "t", name: "t_idx", columns: ["a"], accessMethod: "hash" };
    const desired = await declare(hash);
    const building = ensureIndex({ database: targetOf(roles.url), desired, ctx });
    building.catch(() => undefined);
    return { building, lines, pid: await untilPhase(db, phase) };
  }

  test("an interrupted build that cannot be compared is dropped and begun again", async () => {
    const writer = await holdWrite(db, "t");
    const { building, lines, pid } = await build("waiting for writers before build");
    await db.query("SELECT pg_terminate_backend($1)", [pid]);
    await writer.release();
    expect(await building).toMatchObject({ adopted: false, live: { valid: true } });
    expect(lines).toContain(
      "info: public.t_idx: after the interruption, its INVALID leftover was dropped",
    );
  });

  test("one mended meanwhile is neither dropped nor taken for the declared one", async () => {
    await holdSnapshot(db);
    const { building, pid } = await build("waiting for old snapshots");
    const mender = await hold(db, "BEGIN");
    const locked = mender.client.query("LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    await untilWaiting(db, "LOCK TABLE t");
    await db.query("SELECT pg_terminate_backend($1)", [pid]);
    await locked;
    await mender.client.query("REINDEX INDEX t_idx");
    await mender.client.query("COMMIT");
    expect((await failureOf(building)).message).toMatch(/^cannot verify that the existing index/);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("whoever is in the way, for how long it may not see, is waited for", async () => {
    await leave(db, { ...OURS, state: "f/t/t" });
    const writer = await holdWrite(db, "t");
    const { ctx, statuses } = record();
    const left = removeLeftover(targetOf(roles.url), BUILT, ctx);
    await until("it waits", async () => statuses.join().includes(`waits for pid ${writer.pid} `));
    await writer.release();
    expect(await left).toBe("its INVALID leftover was dropped");
  });
});

test("a REINDEX that is cancelled leaves nothing beside its index, which serves on", async () => {
  const built = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const target = targetOf(db.url);
  const { live } = await ensureIndex({ database: target, desired: built, ctx: record().ctx });
  const desired = await declare({
    table: "t",
    name: "t_idx",
    columns: ["a"],
    rebuildWhen: { trigger: "2" },
  });
  const previous = { ...identityOf(live), oid: live.oid, rebuildTrigger: "1" };
  const snapshot = await holdSnapshot(db);
  const { ctx, cancel } = record();
  const rebuilding = failureOf(ensureIndex({ database: target, desired, previous, ctx }));
  await untilPhase(db, "waiting for old snapshots");
  expect(await invalid()).toHaveLength(1);
  cancel();
  expect((await rebuilding).message).toBe(
    "cancelled; its INVALID leftover was dropped; the index exists and is valid; the next " +
      "pulumi up adopts it",
  );
  expect(await invalid()).toEqual([]);
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  await snapshot.release();
});
