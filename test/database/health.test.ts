import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { until } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { AUTHORIZED, IDENTITY, TOKEN, useHealth } from "../support/health/healthSetUp.ts";
import { writeState } from "../support/pulumi/stackState.ts";

const h = useHealth();
const MEASURED = {
  name: "by a",
  planType: "Index Scan",
  usesIndex: true,
  executionMs: 1,
  ratio: 12,
};

test("all is well: 200, with the index's state and counters", async () => {
  const { status, health } = await h.ask();
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
  await h.ask();
  await h.endpoint.close();
  const later = h.open({ cacheSeconds: 1 });
  await later.current();
  await later.close();
  await until("a look after the measuring", async () => {
    const { health } = await h.ask(later);
    return health.indexes[0]?.queries.length;
  });
  const { health } = await h.ask(later);
  const [query] = health.indexes[0]?.queries ?? [];
  expect(query).toMatchObject({ name: "by a", usesIndex: true, beforeMs: 12.5 });
  expect(query?.executionMs).toBeGreaterThan(0);
  expect(query?.ratio).toBeGreaterThan(0);
  expect(health.measuredAt).toMatch(/^\d{4}-/);
  await later.close();
});

test.each([
  ["missing", "DROP INDEX i", 503, "failing", "public.i is missing: it is not there"],
  ["drifted", "DROP INDEX i; CREATE INDEX i ON t (a DESC)", 200, "degraded", null],
])("an index that is %s", async (state, sql, status, overall, problem) => {
  await h.db.query(sql);
  const asked = await h.ask();
  const health = { status: overall, problem, indexes: [{ state }] };
  expect(asked).toMatchObject({ status, health });
});

test("an INVALID index is a 503 with the reason, and no plan uses it", async () => {
  await h.ask();
  await h.endpoint.close();
  await h.db.query("DROP INDEX i");
  await leave(h.db, { table: "t", index: "i", body: "(a)", state: "f/t/t" });
  const { status, health } = await h.ask(h.open({ state: await h.recordedState([MEASURED]) }));
  expect(status).toBe(503);
  expect(health.problem).toMatch(/^public\.i is invalid/);
  const queries = [{ name: "by a", planType: null, usesIndex: false, executionMs: null }];
  expect(health.indexes).toMatchObject([{ state: "invalid", queries }]);
});

test("a file is read afresh: what an up or a destroy has changed counts at once", async () => {
  const endpoint = h.open({ cacheSeconds: 1 });
  expect((await h.ask(endpoint)).status).toBe(200);
  const whole = await readFile(h.state, "utf8");
  const become = async (text: string, wanted: RegExp | null) => {
    await writeFile(h.state, text);
    await until("it is read again", async () => {
      const { problem } = (await h.ask(endpoint)).health;
      return wanted === null ? problem === null : wanted.test(problem ?? "");
    });
    return h.ask(endpoint);
  };
  const destroyed = await become('{"deployment":{"resources":[]}}', /the stack has no index/);
  expect(destroyed).toMatchObject({ status: 503, health: { indexes: [] } });
  expect(await become(whole, null)).toMatchObject({ status: 200, health: { status: "ok" } });
  const torn = await become(
    whole.slice(0, 40),
    /could not be read again, and the last one is used/,
  );
  expect(torn).toMatchObject({ status: 200, health: { status: "degraded", indexes: [{}] } });
  await endpoint.close();
});

test("a stack without any index is a 503: of the wrong one everything would be well", async () => {
  const { status, health } = await h.ask(h.open({ state: await writeState([]) }));
  expect(status).toBe(503);
  expect(health).toMatchObject({ status: "failing", indexes: [] });
  expect(health.problem).toMatch(/no index: check that the state is the right stack's/);
});

test("a database that cannot be asked is a 503 without a secret", async () => {
  const databaseUrl = "postgresql://nobody:canary@127.0.0.1:1/none";
  const { status, health } = await h.ask(h.open({ databaseUrl }));
  expect(status).toBe(503);
  expect(health).toMatchObject({ status: "failing", indexes: [] });
  expect(health.problem).toContain("cannot connect to 127.0.0.1:1/none");
  expect(JSON.stringify(health)).not.toContain("canary");
});

test("however many ask at once, the database is asked once", async () => {
  const all = await Promise.all(Array.from({ length: 500 }, () => h.ask()));
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
    const response = await h.endpoint.respond(request);
    expect(response.status).toBe(status);
    expect(Object.keys(JSON.parse(response.body))).toEqual(["error"]);
  });

  test("after ten wrong tokens of one client in a minute; others are not concerned", async () => {
    const guess = { method: "GET", authorization: "Bearer guess", client: "192.0.2.1" };
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await h.endpoint.respond(guess)).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const limited = await h.endpoint.respond(guess);
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    expect((await h.endpoint.respond({ ...guess, client: "192.0.2.2" })).status).toBe(401);
    expect((await h.endpoint.respond({ ...AUTHORIZED, client: "192.0.2.1" })).status).toBe(200);
  });

  test("beyond the rate of a client with the right token", async () => {
    const slow = h.open({ requestsPerSecond: 3 });
    const responses = await Promise.all(Array.from({ length: 6 }, () => slow.respond(AUTHORIZED)));
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(3);
  });
});

test("a short token is refused when the server starts, without showing it", () => {
  expect(() => h.open({ token: "secret" })).toThrow(/token .* too short/);
  expect(() => h.open({ token: "secret" })).not.toThrow(/secret/);
});

test("whatever is sent, the answer is ours: no 500, no secret, no second read", async () => {
  const endpoint = h.open({ cacheSeconds: 3600 });
  const before = (await h.ask(endpoint)).health.checkedAt;
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
  expect((await h.ask(endpoint)).health.checkedAt).toBe(before);
  await endpoint.close();
});
