import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fc from "fast-check";
import fastify from "fastify";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../providers/pgindex/src/cli/commandLine.ts";
import {
  createMigrationHealth,
  type MigrationHealthEndpoint,
  type MigrationHealthOptions,
  migrationHealthSchema,
} from "../../providers/pgindex/src/health.ts";
import { settle, until } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { buildIndex, exported, writeState } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const TOKEN = "a-token-that-is-long-enough";
const AUTHORIZED = { method: "GET", authorization: `Bearer ${TOKEN}` };

let db: TestDatabase;
let state: string;
let endpoint: MigrationHealthEndpoint;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  await db.query("CREATE TABLE t (a int)");
  await db.query("INSERT INTO t SELECT generate_series(1, 20000)");
  await db.query("ANALYZE t");
  const built = await buildIndex(db.url, { table: "t", name: "i", columns: ["a"] });
  const served = [{ name: "by a", sql: "SELECT * FROM t WHERE a = $1", values: [7] }];
  const before = [{ name: "by a", planType: "Seq Scan", executionMs: 12.5 }];
  const proof = {
    schemaVersion: 1,
    index: "public.i",
    queries: [],
    ...IDENTITY,
    ...BUILT,
    served,
    before,
  };
  state = await writeState([exported("Index", "i", built), exported("Verification", "v", proof)]);
  endpoint = open();
});
afterEach(async () => {
  await endpoint.close();
  await settle(db);
  await db.query("DROP TABLE t");
});

const BUILT = { definition: "", builtAt: null, validSince: "" };
const IDENTITY = { schema: "public", table: "t", name: "i" };

function open(more: Partial<MigrationHealthOptions> = {}): MigrationHealthEndpoint {
  return createMigrationHealth({ state, token: TOKEN, databaseUrl: db.url, ...more });
}

async function ask(of = endpoint) {
  const { status, body } = await of.respond(AUTHORIZED);
  return { status, health: migrationHealthSchema.strict().parse(JSON.parse(body)) };
}

test("all is well: 200, with the index's state and counters", async () => {
  const { status, health } = await ask();
  expect(status).toBe(200);
  expect(health).toMatchObject({
    status: "ok",
    stack: "production",
    problem: null,
    builds: [],
    indexes: [{ ...IDENTITY, state: "valid", drift: null, scans: 0 }],
  });
});

test("the queries are measured in the background, and compared with before the build", async () => {
  await ask();
  await endpoint.close();
  const later = open({ cacheSeconds: 1 });
  await later.current();
  await later.close();
  await until("a look after the measuring", async () => {
    const { health } = await ask(later);
    return health.indexes[0]?.queries.length;
  });
  const { health } = await ask(later);
  const [query] = health.indexes[0]?.queries ?? [];
  expect(query).toMatchObject({ name: "by a", usesIndex: true, beforeMs: 12.5 });
  expect(query?.executionMs).toBeGreaterThan(0);
  expect(query?.ratio).toBeGreaterThan(0);
  expect(health.measuredAt).toMatch(/^\d{4}-/);
  await later.close();
});

test.each([
  ["missing", "DROP INDEX i", 503, "failing"],
  ["drifted", "DROP INDEX i; CREATE INDEX i ON t (a DESC)", 200, "degraded"],
])("an index that is %s", async (state, sql, status, overall) => {
  await db.query(sql);
  const asked = await ask();
  expect(asked).toMatchObject({ status, health: { status: overall, indexes: [{ state }] } });
});

test("an INVALID index is a 503", async () => {
  await db.query("DROP INDEX i");
  await leave(db, { table: "t", index: "i", body: "(a)", state: "f/t/t" });
  expect(await ask()).toMatchObject({ status: 503, health: { indexes: [{ state: "invalid" }] } });
});

test("a database that cannot be asked is a 503 without a secret", async () => {
  const databaseUrl = "postgresql://nobody:canary@127.0.0.1:1/none";
  const { status, health } = await ask(open({ databaseUrl }));
  expect(status).toBe(503);
  expect(health).toMatchObject({ status: "failing", indexes: [] });
  expect(health.problem).toContain("cannot connect to 127.0.0.1:1/none");
  expect(JSON.stringify(health)).not.toContain("canary");
});

test("however many ask at once, the database is asked once", async () => {
  const all = await Promise.all(Array.from({ length: 500 }, () => ask()));
  const moments = new Set(all.map(({ health }) => health.checkedAt));
  expect(moments.size).toBe(1);
});

describe("a request is refused", () => {
  test.each([
    ["without a token", { method: "GET" }, 401],
    ["with another token", { method: "GET", authorization: "Bearer other" }, 401],
    ["with the token alone", { method: "GET", authorization: TOKEN }, 401],
    ["that wants to change something", { ...AUTHORIZED, method: "POST" }, 405],
  ])("%s", async (_, request, status) => {
    const response = await endpoint.respond(request);
    expect(response.status).toBe(status);
    expect(Object.keys(JSON.parse(response.body))).toEqual(["error"]);
  });

  test("after ten wrong tokens of one client in a minute; others are not concerned", async () => {
    const guess = { method: "GET", authorization: "Bearer guess", client: "192.0.2.1" };
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await endpoint.respond(guess)).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const limited = await endpoint.respond(guess);
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    expect((await endpoint.respond({ ...guess, client: "192.0.2.2" })).status).toBe(401);
    expect((await endpoint.respond({ ...AUTHORIZED, client: "192.0.2.1" })).status).toBe(200);
  });

  test("beyond the rate of a client with the right token", async () => {
    const slow = open({ requestsPerSecond: 3 });
    const responses = await Promise.all(Array.from({ length: 6 }, () => slow.respond(AUTHORIZED)));
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(3);
  });
});

test("a short token is refused when the server starts, without showing it", () => {
  expect(() => open({ token: "secret" })).toThrow(/token .* too short/);
  expect(() => open({ token: "secret" })).not.toThrow(/secret/);
});

describe("the user's own server", () => {
  const PATH = "/api/admin/migration-health";
  const headers = { authorization: AUTHORIZED.authorization };
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function get(listening: Server): Promise<unknown> {
    server = listening;
    await until("it listens", async () => listening.listening);
    const { port } = listening.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${PATH}`, { headers });
    expect(response.status).toBe(200);
    return ((await response.json()) as { status: string }).status;
  }

  test("node:http", async () => {
    expect(await get(createServer(endpoint.node).listen(0, "127.0.0.1"))).toBe("ok");
  });

  test("Express", async () => {
    const app = express().get(PATH, endpoint.node);
    expect(await get(app.listen(0, "127.0.0.1"))).toBe("ok");
  });

  test("Fastify", async () => {
    const app = fastify();
    app.get(PATH, endpoint.fastify);
    await app.listen({ port: 0, host: "127.0.0.1" });
    expect(await get(app.server)).toBe("ok");
    await app.close();
  });

  test("Hono, and whatever else speaks Fetch", async () => {
    const app = new Hono().get(PATH, (c) => endpoint.fetch(c.req.raw));
    const response = await app.request(PATH, { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ok" });
  });
});

test("pgindex health listens on the loopback interface until it is stopped", async () => {
  const said: string[] = [];
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const ended = run(["health", "--state", state, "--port", "0"], {
    stdout: (text) => said.push(text),
    stderr: (text) => said.push(text),
    stopped: () => stopped,
    env: { DATABASE_URL: db.url, PGINDEX_HEALTH_TOKEN: TOKEN },
  });
  await until("it listens", async () => said.length > 0);
  const url = /listening on (http:\/\/127\.0\.0\.1:\d+\/\S+)/.exec(said[0] ?? "")?.[1] ?? said[0];
  const { authorization } = AUTHORIZED;
  expect((await fetch(`${url}`, { headers: { authorization } })).status).toBe(200);
  expect((await fetch(`${url}`)).status).toBe(401);
  expect((await fetch(`${url}/other`, { headers: { authorization } })).status).toBe(404);
  stop();
  expect(await ended).toBe(0);
});

test("whatever is sent, the answer is one of ours: no 500, no secret, no second look", async () => {
  const endpoint = open({ cacheSeconds: 3600 });
  const before = (await ask(endpoint)).health.checkedAt;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.constantFrom("GET", "HEAD", "OPTIONS")),
      fc.option(fc.oneof(fc.string({ unit: "binary" }), fc.constant(`bearer ${TOKEN}`)), {
        nil: undefined,
      }),
      fc.string(),
      async (method, authorization, client) => {
        const { status, body } = await endpoint.respond({ method, authorization, client });
        expect([401, 405, 429]).toContain(status);
        expect(body).not.toContain(TOKEN);
      },
    ),
    { numRuns: 500 },
  );
  expect((await ask(endpoint)).health.checkedAt).toBe(before);
  await endpoint.close();
});
