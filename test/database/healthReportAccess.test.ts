// Who gets the live page of the report, and by which servers.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";
import { run } from "../../providers/pgindex/src/cli/commandLine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { BROWSER, basic, TOKEN, useLiveReport } from "../support/report/liveReport.ts";

const bearer = { method: "GET", authorization: `Bearer ${TOKEN}` };
const live = useLiveReport();

describe("who may see it", () => {
  test.each([
    ["the token as a password, with any name", BROWSER, 200],
    ["with no name", { method: "GET", authorization: basic(TOKEN, "") }, 200],
    ["the token as a bearer's", bearer, 200],
    ["HEAD", { ...BROWSER, method: "HEAD" }, 200],
    ["nothing", { method: "GET" }, 401],
    ["another password", { method: "GET", authorization: basic("wrong") }, 401],
    ["the token as the name", { method: "GET", authorization: basic("", TOKEN) }, 401],
    ["the token without a name", { method: "GET", authorization: `Basic ${btoa("x")}` }, 401],
    ["POST", { ...BROWSER, method: "POST" }, 405],
  ])("%s", async (_, request, status) => {
    const response = await live.endpoint.report.respond(request);
    expect(response.status).toBe(status);
    expect(response.body === "").toBe(request.method === "HEAD");
    if (status === 401) expect(response.headers["www-authenticate"]).toMatch(/^Basic realm=/);
  });

  test("the JSON does not ask for a password, and takes none", async () => {
    const response = await live.endpoint.respond(BROWSER);
    expect(response).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
  });

  test("guesses count for both, however they come", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const password = { method: "GET", authorization: basic(`guess ${i}`), client: "192.0.2.1" };
      statuses.push((await live.endpoint.report.respond(password)).status);
      const token = { method: "GET", authorization: "Bearer guess", client: "192.0.2.1" };
      statuses.push((await live.endpoint.respond(token)).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  });

  test("whatever is sent, the answer is ours: no 500, no secret, no second read", async () => {
    const endpoint = live.open({ cacheSeconds: 3600 });
    const before = (await endpoint.current()).checkedAt;
    const credentials = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "binary" }).map((text) => basic(text)),
      fc.string({ unit: "binary" }).map((text) => `Basic ${text}`),
      fc.base64String().map((text) => `basic ${text}`),
    );
    const methods = fc.oneof(fc.string(), fc.constantFrom("GET", "HEAD", "OPTIONS"));
    const absent = fc.option(credentials, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(methods, absent, fc.string(), async (method, authorization, client) => {
        const request = { method, authorization, client };
        const { status, body } = await endpoint.report.respond(request);
        expect([401, 405, 429]).toContain(status);
        expect(body).not.toContain(TOKEN);
      }),
      { numRuns: 500 },
    );
    expect((await endpoint.current()).checkedAt).toBe(before);
    await endpoint.close();
  });
});

describe("every kind of server", () => {
  const headers = { authorization: BROWSER.authorization };
  let server: Server | undefined;
  afterEach(() => server?.close());

  test("node:http and Express", async () => {
    server = createServer(live.endpoint.report.node).listen(0, "127.0.0.1");
    await until("it listens", async () => server?.listening);
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });

  test("Hono, and whatever else speaks Fetch", async () => {
    const app = new Hono().get("/report", (c) => live.endpoint.report.fetch(c.req.raw));
    const response = await app.request("/report", { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });

  test("Fastify", async () => {
    const app = fastify();
    app.get("/report", live.endpoint.report.fastify);
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    expect((await fetch(`${url}/report`, { headers })).status).toBe(200);
    await app.close();
  });

  test("pgindex health", async () => {
    const said: string[] = [];
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const ended = run(["health", "--state", live.state, "--port", "0"], {
      stdout: (text) => said.push(text),
      stderr: (text) => said.push(text),
      stopped: () => stopped,
      env: { DATABASE_URL: live.db.url, PGINDEX_HEALTH_TOKEN: TOKEN },
    });
    await until("it listens", async () => /listening/.test(said.join("")));
    const url = /for a browser: (\S+\/report)$/m.exec(said.join(""))?.[1] ?? said.join("");
    expect((await fetch(url, { headers })).status).toBe(200);
    expect((await fetch(url)).status).toBe(401);
    stop();
    expect(await ended).toBe(0);
  });
});
