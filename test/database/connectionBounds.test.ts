// How many connections we take, on a server that has few.
import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { closeIdleSessions } from "../../providers/pgindex/src/engine/slots/slotReservation.ts";
import { verifyIndex } from "../../providers/pgindex/src/engine/verify/verification.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { identityOf, serverHas, until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { useServer } from "../support/server/ownServer.ts";

const MAX_CONNECTIONS = 60;
/** For roles with pg_use_reserved_connections, from PostgreSQL 16 on. */
const RESERVED = serverHas(160_000) ? 2 : 0;
/** Three are reserved for superusers. */
const LIMIT = MAX_CONNECTIONS - 3 - RESERVED;
/** An eighth, which pgindex leaves to others. */
const KEPT = Math.floor(LIMIT / 8);
const TABLES = 40;

const server = useServer({
  name: "few-connections",
  version: String(Math.floor(inject("server").versionNumber / 10_000)),
  settings: {
    max_connections: MAX_CONNECTIONS,
    ...(RESERVED > 0 && { reserved_connections: RESERVED }),
    fsync: "off",
  },
});

let db: TestDatabase;
let role: string;
/** The builder's: a superuser may take the reserved ones. */
let url: string;
beforeAll(async () => {
  db = await createDatabase(server().url);
  role = `${db.name}_builder`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  await db.query(`GRANT ALL ON SCHEMA public TO ${role}`);
  url = Object.assign(new URL(db.url), { username: role, password: "x" }).href;
});
beforeEach(async () => {
  for (let i = 0; i < TABLES; i += 1) {
    await db.query(`CREATE TABLE t${i} AS SELECT i AS a FROM generate_series(1, 50) i`);
    await db.query(`ALTER TABLE t${i} OWNER TO ${role}`);
  }
});
const open: pg.Client[] = [];
afterEach(async () => {
  await closeIdleSessions();
  await Promise.all(open.splice(0).map((client) => client.end()));
  for (let i = 0; i < TABLES; i += 1) await db.query(`DROP TABLE t${i}`);
  await db.query(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
  await db.query(`ALTER DATABASE ${db.name} CONNECTION LIMIT -1`);
});
afterAll(() => db.drop());

const indexOf = (i: number) => ({ table: `t${i}`, name: `t${i}_idx`, columns: ["a"] });

/** An application that connects anew all the time, as its own role, and counts who is there. */
function watchConnections() {
  const seen = { most: 0, mostMeasuring: 0, mostInAll: 0, refused: [] as string[], connected: 0 };
  let isOver = false;
  const application = Object.assign(new URL(url), { search: "application_name=shop" }).href;
  const watching = (async () => {
    while (!isOver) {
      const client = new pg.Client({ connectionString: application });
      client.on("error", () => {});
      await client.connect().then(
        () => {
          seen.connected += 1;
          return client.end();
        },
        (error: Error) => seen.refused.push(error.message),
      );
      const [row] = await db.query<Record<"ours" | "measuring" | "all", number>>(
        `SELECT count(*) FILTER (WHERE application_name LIKE 'pgindex %')::int AS ours,
                count(*) FILTER (WHERE application_name LIKE 'pgindex measure %')::int AS measuring,
                count(*)::int AS all
           FROM pg_stat_activity WHERE backend_type = 'client backend'`,
      );
      seen.most = Math.max(seen.most, row?.ours ?? 0);
      seen.mostMeasuring = Math.max(seen.mostMeasuring, row?.measuring ?? 0);
      seen.mostInAll = Math.max(seen.mostInAll, row?.all ?? 0);
      await delay(5);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return seen;
  };
}

/** Idle sessions of others, so that so many connections are left. */
async function leave(left: number): Promise<void> {
  const [row] = await db.query<{ used: number }>(
    "SELECT count(*)::int AS used FROM pg_stat_activity WHERE backend_type = 'client backend'",
  );
  const wanted = LIMIT - left - (row?.used ?? 0);
  for (let i = 0; i < wanted; i += 1) {
    const client = new pg.Client({ connectionString: db.url });
    client.on("error", () => {});
    await client.connect();
    open.push(client);
  }
}

async function verify(i: number): Promise<void> {
  const query = { name: "q", sql: `SELECT * FROM t${i} WHERE a = $1`, values: ["7"] };
  const parsed = await parseServedQueries([query]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const request = {
    ...{ schema: "public", table: `t${i}`, name: `t${i}_idx` },
    queries: parsed.value,
    before: [],
    searchPath: ["public"],
  };
  await verifyIndex(targetOf(url), request, record().ctx);
}

test("everything at once takes ten connections, and two that measure", async () => {
  const all = Array.from({ length: TABLES }, (_, i) => i);
  const desired = await Promise.all(all.map((i) => declare(indexOf(i))));
  const database = () => targetOf(url, { maxConcurrentBuilds: 2 });
  const stop = watchConnections();
  await Promise.all(desired.map((each) => previewIndex(database(), each)));
  await Promise.all(
    desired.flatMap((each, i) => [
      ensureIndex({ database: database(), desired: each, ctx: record().ctx }),
      verify(i),
    ]),
  );
  await Promise.all(all.map(verify));
  const { most, mostMeasuring, refused, connected } = await stop();
  expect(refused).toEqual([]);
  expect(connected).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(10);
  expect(mostMeasuring).toBeLessThanOrEqual(2);
});

test("several processes leave the last connections of a full server to others", async () => {
  await leave(20);
  const declarations = JSON.stringify(Array.from({ length: 20 }, (_, i) => indexOf(i)));
  const overrides = JSON.stringify({ maxConcurrentBuilds: 20, maxConnections: 60 });
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const process = () =>
    promisify(execFile)(globalThis.process.execPath, [
      "--import",
      file("../support/engine/engineSources.ts"),
      file("../support/engine/engineProcess.ts"),
      url,
      declarations,
      overrides,
    ]);
  const stop = watchConnections();
  const outputs = await Promise.all([process(), process(), process()]);
  const { refused, mostInAll } = await stop();
  expect(refused).toEqual([]);
  expect(mostInAll).toBeLessThan(LIMIT);
  for (const { stdout } of outputs)
    expect(JSON.parse(stdout)).toEqual(
      Array.from({ length: 20 }, () => expect.objectContaining({ valid: true })),
    );
});

test("where only the last ones are left it waits, says so, and goes on", async () => {
  await leave(KEPT);
  const { ctx, statuses } = record();
  const desired = await declare(indexOf(0));
  const building = ensureIndex({ database: targetOf(url), desired, ctx });
  await until("it says that it waits", async () =>
    statuses.some((line) =>
      new RegExp(
        `^waiting for a free connection \\(\\d+ s\\): \\d+ of ${LIMIT} connections of the server ` +
          `are in use, and ${KEPT} are left to others$`,
      ).test(line),
    ),
  );
  await Promise.all(open.splice(0).map((client) => client.end()));
  expect((await building).live.valid).toBe(true);
});

test("cancelled while it waits, it changes nothing", async () => {
  await leave(KEPT);
  const { ctx, statuses, cancel } = record();
  const building = failureOf(
    ensureIndex({ database: targetOf(url), desired: await declare(indexOf(0)), ctx }),
  );
  await until("it waits", async () =>
    statuses.some((line) => line.startsWith("waiting for a free")),
  );
  cancel();
  expect((await building).message).toMatch(/cancel|abort/);
});

test("waitFor ends the wait, and says how full the server is", async () => {
  await leave(KEPT);
  const desired = await declare({ ...indexOf(0), waitFor: "1s" });
  const { message } = await failureOf(
    ensureIndex({ database: targetOf(url), desired, ctx: record().ctx }),
  );
  expect(message).toMatch(/^waited \d+ s for a free connection in vain\n.*of \d+ connections/);
  expect(message).toContain("lower maxConnections");
});

describe("a limit of connections", () => {
  test("of the role that is too low for a build is seen in the preview", async () => {
    await db.query(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
    const desired = await declare(indexOf(0));
    const { message } = await failureOf(previewIndex(targetOf(url), desired));
    expect(message).toMatch(/ may have 1 connection at a time, and this needs 2\n/);
    expect(message).toMatch(/fix: run: ALTER ROLE \S+ CONNECTION LIMIT 3;/);
    const ensuring = ensureIndex({ database: targetOf(url), desired, ctx: record().ctx });
    expect((await failureOf(ensuring)).message).toBe(message);
  });

  test("of the database that others use up is waited for", async () => {
    // The session of the test itself, one of somebody else, and one that is free.
    await db.query(`ALTER DATABASE ${db.name} CONNECTION LIMIT 3`);
    const other = new pg.Client({ connectionString: db.url });
    await other.connect();
    open.push(other);
    const { ctx, statuses } = record();
    const desired = await declare(indexOf(0));
    const building = ensureIndex({ database: targetOf(url), desired, ctx });
    await until("it waits", async () =>
      statuses.some((line) => line.includes("2 of 3 connections of database")),
    );
    await Promise.all(open.splice(0).map((client) => client.end()));
    expect((await building).live.valid).toBe(true);
  });

  test("of two is enough to build and to drop", async () => {
    await db.query(`ALTER ROLE ${role} CONNECTION LIMIT 2`);
    const desired = await declare(indexOf(0));
    const { ctx } = record();
    const built = await ensureIndex({ database: targetOf(url), desired, ctx });
    await dropIndex(targetOf(url), identityOf(built.live), ctx);
    expect(await db.query("SELECT 1 FROM pg_class WHERE relname = 't0_idx'")).toEqual([]);
  });
});
