import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import type { WhenClientVanishes } from "../../providers/pgindex/src/engine/session/database.ts";
import { type Child, startChild } from "../inplace/child.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import {
  holdSnapshot,
  oidOf,
  serverHas,
  stateOf,
  until,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();

const INDEX = { table: "t", name: "t_idx", columns: ["a"] };

function startBuild(whenClientVanishes?: WhenClientVanishes): Child {
  const overrides = JSON.stringify({ whenClientVanishes });
  return startChild(
    "../support/engine/engineProcess.ts",
    db.url,
    JSON.stringify([INDEX]),
    overrides,
  );
}

async function kill(child: Child): Promise<void> {
  child.process.kill("SIGKILL");
  expect(await child.ended, child.output()).toBe("SIGKILL");
}

async function nextUp(whenClientVanishes?: WhenClientVanishes) {
  const recorder = record();
  const desired = await declare(INDEX);
  const target = targetOf(db.url, { whenClientVanishes });
  const ensured = await ensureIndex({ database: target, desired, ctx: recorder.ctx });
  return { ...recorder, ensured };
}

function isBuilding(pid: number): Promise<boolean> {
  const sql = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'";
  return db.query(sql, [pid]).then((rows) => rows.length > 0);
}

describe("when the process that builds is killed", () => {
  test("the server finishes the build despite its settings; the next run adopts it", async () => {
    if (serverHas(140000))
      await db.query(`ALTER DATABASE ${db.name} SET client_connection_check_interval = '100ms'`);
    const snapshot = await holdSnapshot(db);
    const child = startBuild();
    const pid = await untilPhase(db, "waiting for old snapshots");
    await kill(child);
    const oid = await oidOf(db, "t_idx");
    const next = nextUp();
    // Longer than the interval: the next run is there, and waits for the build.
    await until("the next run waits", async () => {
      const sql = `SELECT 1 FROM pg_stat_activity
        WHERE application_name = 'pgindex build t_idx' AND datname = current_database()`;
      return (await db.query(sql)).length > 1;
    });
    expect(await isBuilding(pid)).toBe(true);
    await snapshot.release();
    const { ensured } = await next;
    expect(ensured).toMatchObject({ adopted: true, live: { oid, valid: true } });
  });

  test('with "stop" the server ends it, and the next run builds', async () => {
    const snapshot = await holdSnapshot(db);
    const child = startBuild("stop");
    const pid = await untilPhase(db, "waiting for old snapshots");
    const oid = await oidOf(db, "t_idx");
    await kill(child);
    if (serverHas(140000)) {
      await until("the build has ended", async () => !(await isBuilding(pid)));
      expect(await stateOf(db, "t_idx")).toBe("f/t/t");
    }
    await snapshot.release();
    const { ensured, lines } = await nextUp("stop");
    expect(ensured.live.valid).toBe(true);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    if (serverHas(140000)) {
      expect(ensured.live.oid).not.toBe(oid);
      expect(lines.join("\n")).toMatch(/^info: .*left it INVALID/);
    } else {
      expect(lines[0]).toMatch(/^warning: whenClientVanishes is "stop", which needs PostgreSQL 14/);
    }
  });
});
