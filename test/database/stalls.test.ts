import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import type { IndexIdentity } from "../../providers/pgindex/src/engine/compare/identity.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { hold, identityOf, settle, stateOf, until } from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  // The builder as documented: it owns the table and sees nothing of other roles' sessions.
  await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await db.query(`GRANT TEMPORARY ON DATABASE ${db.name} TO ${roles.owner}`);
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE IF EXISTS app.t, app.m");
});
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
});

const T = { schema: "app", table: "t", name: "t_idx", columns: ["a"] };
const M = { schema: "app", table: "m", name: "m_idx", columns: ["a"] };

async function createTables(): Promise<void> {
  await db.query("CREATE TABLE app.t (a int NOT NULL, tags int[])");
  await db.query("INSERT INTO app.t SELECT i, ARRAY[i] FROM generate_series(1, 100) i");
  await db.query("CREATE TABLE app.m (a int NOT NULL) PARTITION BY RANGE (a)");
  await db.query(
    "CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES FROM (0) TO (1000) PARTITION BY RANGE (a)",
  );
  await db.query("CREATE TABLE app.m1a PARTITION OF app.m1 FOR VALUES FROM (0) TO (1000)");
  for (const table of ["t", "m", "m1", "m1a"])
    await db.query(`ALTER TABLE app.${table} OWNER TO ${roles.owner}`);
}

/** How often a request of ours for a lock that stops others was seen waiting, until `stop`. */
function watchQueue() {
  const seen: string[] = [];
  let isOver = false;
  const watching = (async () => {
    const client = await db.connect();
    while (!isOver) {
      const { rows } = await client.query<{ seen: string }>(
        `SELECT concat_ws(' ', l.mode, l.relation::regclass, a.query) AS seen
           FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE NOT l.granted AND a.datname = current_database() AND l.locktype = 'relation'
            AND a.application_name LIKE 'pgindex %'
            AND l.mode IN ('AccessExclusiveLock', 'ShareLock')`,
      );
      seen.push(...rows.map((row) => row.seen));
      await delay(5);
    }
  })();
  return {
    seen,
    stop: async () => {
      isOver = true;
      await watching;
    },
  };
}

const BUILT: Args = { ...T, accessMethod: "gin", columns: ["tags"] };

interface Case {
  readonly title: string;
  readonly index: Args;
  /** What stands already. */
  readonly built?: Args;
  /** Undefined: it is destroyed. */
  readonly isDestroyed?: boolean;
  readonly prepare?: string;
  readonly holding: string;
  readonly application: string;
}

const READS_T = { holding: "SELECT 1 FROM app.t LIMIT 1", application: "SELECT 1 FROM app.t" };
const READS_M = { holding: "SELECT 1 FROM app.m1a LIMIT 1", application: "SELECT 1 FROM app.m" };
const WRITES = "DELETE FROM app.m WHERE false";

const CASES: readonly Case[] = [
  { title: "a unique constraint", index: { ...T, constraint: "unique" }, ...READS_T },
  { title: "a primary key", index: { ...T, constraint: "primaryKey" }, ...READS_T },
  {
    title: "another index below a constraint",
    index: { ...T, constraint: "unique", columns: ["a", "tags"] },
    built: { ...T, constraint: "unique" },
    ...READS_T,
  },
  {
    title: "the replica identity's replacement",
    index: { ...T, unique: true, columns: [{ column: "a", order: "desc" }] },
    built: { ...T, unique: true },
    prepare: "ALTER TABLE app.t REPLICA IDENTITY USING INDEX t_idx",
    ...READS_T,
  },
  {
    title: "a setting that takes ACCESS EXCLUSIVE on the index",
    index: { ...BUILT, storageParameters: { fastupdate: false } },
    built: BUILT,
    ...READS_T,
  },
  {
    title: "the entry of a partitioned index",
    index: M,
    holding: "DELETE FROM app.m WHERE false",
    application: WRITES,
  },
  {
    title: "the entry of a partitioned index of a partition",
    index: M,
    holding: "LOCK TABLE ONLY app.m1 IN ROW EXCLUSIVE MODE",
    application: "DELETE FROM app.m1 WHERE false",
  },
  { title: "an attach", index: M, prepare: "CREATE INDEX ON app.m1a (a)", ...READS_M },
  { title: "the drop of a partitioned index", index: M, built: M, isDestroyed: true, ...READS_M },
  {
    title: "the drop of a constraint",
    index: { ...T, constraint: "unique" },
    built: { ...T, constraint: "unique" },
    isDestroyed: true,
    ...READS_T,
  },
];

const urlOf = { superuser: () => db.url, "documented builder": () => roles.url };

describe.each(["superuser", "documented builder"] as const)("as the %s", (who) => {
  test.each(CASES)("$title stops nobody while a transaction is in the way", async (each) => {
    await createTables();
    const database = targetOf(urlOf[who]());
    const { ctx, statuses, lines } = record();
    const build = async (args: Args, previous?: IndexIdentity) =>
      (await ensureIndex({ database, desired: await declare(args), previous, ctx })).live;
    const before = each.built && (await build(each.built));
    if (each.prepare) await db.query(each.prepare);
    const holder = await hold(db, "BEGIN", each.holding);
    const queue = watchQueue();
    const identity = before && { ...identityOf(before), oid: before.oid };
    const working =
      each.isDestroyed && identity
        ? dropIndex(database, identity, ctx)
        : build(each.index, identity);
    working.catch(() => undefined);
    await until("it has waited for three seconds", async () =>
      statuses.some(
        (line) => /\(([3-9]|\d\d) s\)/.test(line) && line.includes(`pid ${holder.pid} `),
      ),
    );
    const application = await db.connect();
    await application.query(each.application);
    expect(queue.seen).toEqual([]);
    await queue.stop();
    await holder.release();
    await working;
    expect(lines.join("\n")).toMatch(
      /asked \d+ times? for a lock that stops reads or writes \(\d+ ms at most\): /,
    );
    expect(await stateOf(db, String(each.index.name))).toBe(each.isDestroyed ? undefined : "t/t/t");
  });
});

test("one short transaction after another lets a constraint through", async () => {
  await createTables();
  let isOver = false;
  const application = Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = await db.connect();
      while (!isOver)
        await client.query("BEGIN; SELECT 1 FROM app.t LIMIT 1; SELECT pg_sleep(0.01); COMMIT");
    }),
  );
  const { ctx, lines } = record();
  const desired = await declare({ ...T, constraint: "unique" });
  const { live } = await ensureIndex({ database: targetOf(db.url), desired, ctx });
  isOver = true;
  await application;
  expect(live).toMatchObject({ valid: true, constraint: "t_idx" });
  expect(lines.join()).toMatch(/lock that stops reads or writes \(\d+ ms at most\): /);
});

describe("stallBudget", () => {
  /** Every ALTER INDEX keeps its locks for 0.3 s, as an event trigger may well do. */
  async function slowDown(): Promise<void> {
    await db.query(`CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_sleep(0.3); END $$`);
    await db.query(`CREATE EVENT TRIGGER slow_alter ON ddl_command_end
      WHEN TAG IN ('ALTER INDEX') EXECUTE FUNCTION slow()`);
  }
  afterEach(() => db.query("DROP FUNCTION IF EXISTS slow CASCADE"));

  test("ends what has held others up for too long, and says so; the next run goes on", async () => {
    await createTables();
    await slowDown();
    let isOver = false;
    const application = (async () => {
      const client = await db.connect();
      while (!isOver) await client.query("SELECT 1 FROM app.m");
    })();
    const { ctx, lines } = record();
    const build = async (stallBudget: string) =>
      ensureIndex({
        database: targetOf(db.url),
        desired: await declare({ ...M, stallBudget }),
        ctx,
      });
    const { message } = await failureOf(build("200ms"));
    expect(message).toMatch(
      /^gave up index app\.m_idx on app\.m: reads and writes have waited behind its locks for 0\.2 s in all \(stallBudget\)\n/,
    );
    expect(message).toContain("pulumi config set pgindex:stallBudget 30s");
    expect(lines.join("\n")).toMatch(
      /others waited behind it for \d{3} ms in all \(1 session, the longest \d{3} ms\)/,
    );
    const { live } = await build("30s");
    isOver = true;
    await application;
    expect(live.valid).toBe(true);
  });
});
