// What the documented builder, who sees nothing of other roles' sessions, does and says.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { sightLine } from "../../providers/pgindex/src/engine/sight/rights.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  hold,
  holdSnapshot,
  holdWrite,
  identityOf,
  settle,
  stateOf,
  until,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { useServer } from "../support/server/ownServer.ts";
import { pgindex } from "../support/tools/cli.ts";

const version = String(Math.floor(inject("server").versionNumber / 10_000));
const server = useServer({
  name: "sight",
  version,
  settings: { autovacuum_naptime: 1, fsync: "off" },
});

let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase(server().url);
  roles = await createRoles(db);
  await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await db.query(`GRANT TEMPORARY ON DATABASE ${db.name} TO ${roles.owner}`);
});
beforeEach(async () => {
  await db.query("CREATE TABLE app.t (a int NOT NULL) WITH (autovacuum_enabled = off)");
  await db.query("INSERT INTO app.t SELECT i FROM generate_series(1, 20000) i");
  await db.query(`ALTER TABLE app.t OWNER TO ${roles.owner}`);
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE app.t");
});
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
});

const T = { schema: "app", table: "t", name: "t_idx", columns: ["a"] };
const WHO = { superuser: () => db.url, "documented builder": () => roles.url };
const EACH = ["superuser", "documented builder"] as const;

async function ensure(url: string, args: Args = {}) {
  const recorder = record();
  const desired = await declare({ ...T, ...args });
  const ensuring = ensureIndex({ database: targetOf(url), desired, ctx: recorder.ctx });
  ensuring.catch(() => undefined);
  return { ...recorder, ensuring };
}

/** Waits until autovacuum, slowed down, works on the table. */
async function startAutovacuum(...settings: string[]): Promise<number> {
  const slow = ["autovacuum_vacuum_cost_delay = 100", "autovacuum_vacuum_cost_limit = 1"];
  const eager = ["autovacuum_vacuum_threshold = 0", "autovacuum_vacuum_scale_factor = 0"];
  await db.query("DELETE FROM app.t WHERE a % 2 = 0");
  const all = [...slow, ...eager, "autovacuum_enabled = on", ...settings];
  await db.query(`ALTER TABLE app.t SET (${all.join(", ")})`);
  return until("autovacuum", async () => {
    const [row] = await db.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_progress_vacuum WHERE relid = 'app.t'::regclass",
    );
    return row?.pid;
  });
}

describe.each(EACH)("for the %s", (who) => {
  const url = () => WHO[who]();

  test("ordinary autovacuum gives way to a build, and to a constraint", async () => {
    await startAutovacuum();
    const { ensuring } = await ensure(url(), { constraint: "unique", waitFor: "20s" });
    expect((await ensuring).live).toMatchObject({ valid: true, constraint: "t_idx" });
  });

  test("autovacuum to prevent wraparound is waited for, and named", async () => {
    // Every block with an exception handler that writes takes a transaction ID.
    const consumed =
      "DO $$ BEGIN FOR i IN 1..110000 LOOP BEGIN INSERT INTO xids VALUES (1); " +
      "EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END $$";
    await db.query("CREATE TABLE xids (a int)");
    await db.query(consumed);
    await db.query("DROP TABLE xids");
    const pid = await startAutovacuum("autovacuum_freeze_max_age = 100000");
    const { ensuring } = await ensure(url(), { waitFor: "3s" });
    expect((await failureOf(ensuring)).message).toContain(`let autovacuum (pid ${pid}) finish`);
    await db.query("SELECT pg_terminate_backend($1)", [pid]);
    await db.query("ALTER TABLE app.t SET (autovacuum_enabled = off)");
    await db.query("ALTER TABLE app.t RESET (autovacuum_freeze_max_age)");
  });

  test("a drop leaves the index to queries while an old transaction is open", async () => {
    const { live } = await (await ensure(url())).ensuring;
    const reader = await hold(db, "BEGIN", "SELECT 1 FROM app.t LIMIT 1");
    await until("it is old", async () => {
      const [row] = await db.query<{ old: boolean }>(
        "SELECT xact_start < now() - interval '3 s' AS old FROM pg_stat_activity WHERE pid = $1",
        [reader.pid],
      );
      return row?.old;
    });
    const { ctx, statuses } = record();
    const dropping = dropIndex(targetOf(url()), identityOf(live), ctx);
    await until("it waits", async () =>
      statuses.some((line) => /\([3-9] s\): /.test(line) && line.includes(`pid ${reader.pid} `)),
    );
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    await reader.release();
    await dropping;
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("a drop goes on while there are only short transactions", async () => {
    const { live } = await (await ensure(url())).ensuring;
    let isOver = false;
    const application = (async () => {
      const client = await db.connect();
      while (!isOver)
        await client.query("BEGIN; SELECT 1 FROM app.t LIMIT 1; SELECT pg_sleep(0.02); COMMIT");
    })();
    await dropIndex(targetOf(url()), identityOf(live), record().ctx);
    isOver = true;
    await application;
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("who is in the way is named when patience ends", async () => {
    const writer = await holdSnapshot(db);
    const { ensuring } = await ensure(url(), { waitFor: "2s" });
    const { message } = await failureOf(ensuring);
    expect(message).toMatch(
      new RegExp(`in the way at the end: pid ${writer.pid} \\(.*for (at least )?\\d+ s`),
    );
    expect(message).toContain(`pg_terminate_backend(${writer.pid})`);
    expect(message).toContain("leftover was dropped");
  });

  test("who begins to wait in the last phase does a build no harm", async () => {
    const snapshot = await hold(db, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM pg_am");
    const { ensuring, statuses, lines } = await ensure(url());
    await untilPhase(db, "waiting for old snapshots");
    await until("it is seen", async () =>
      statuses.some((line) => line.startsWith("waiting for old snapshots")),
    );
    const other = await db.connect();
    const analyzed = other.query("ANALYZE app.t");
    await until("a waiter is shown for two seconds", async () =>
      statuses.some((line) => /1 waiting behind: .*(waiting for|for at least) [2-9] s/.test(line)),
    );
    await snapshot.release();
    expect((await ensuring).live.valid).toBe(true);
    await analyzed;
    expect(lines.filter((line) => line.startsWith("warning"))).toEqual([]);
  });
});

describe("the right that is missing is named", () => {
  const GRANT = () => `GRANT pg_read_all_stats TO "${roles.deploy}";`;

  test("for a preview, with what it is for", async () => {
    expect(await sightLine(targetOf(roles.url))).toContain(`to see it: ${GRANT()}`);
    expect(await sightLine(targetOf(db.url))).toBeUndefined();
    await db.query(GRANT());
    expect(await sightLine(targetOf(roles.url))).toBeUndefined();
    await db.query(`REVOKE pg_read_all_stats FROM ${roles.deploy}`);
  });

  test("to the login, also where it acts as the owner", async () => {
    expect(await sightLine(targetOf(roles.url, { role: roles.owner }))).toContain(GRANT());
  });

  test("by doctor, with the transactions whose age it cannot see", async () => {
    const holder = await holdWrite(db, "app.t");
    const { out } = await pgindex(["doctor", "--json"], {
      DATABASE_URL: roles.url,
      PATH: process.env.PATH ?? "",
    });
    const { findings } = JSON.parse(out) as { findings: Record<string, string>[] };
    const about = (check: string) => findings.filter((each) => each.check === check);
    expect(about("sight")).toMatchObject([{ level: "warning", fix: GRANT() }]);
    expect(about("open transactions")).toMatchObject([
      { level: "warning", detail: expect.stringContaining(`pid ${holder.pid} (postgres, `) },
    ]);
  });
});
