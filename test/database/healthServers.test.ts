import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";
import { run } from "../../providers/pgindex/src/cli/commandLine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { AUTHORIZED, TOKEN, useHealth } from "../support/health/healthSetUp.ts";

const h = useHealth();

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
    expect(await get(createServer(h.endpoint.node).listen(0, "127.0.0.1"))).toBe("ok");
  });

  test("Express", async () => {
    const app = express().get(PATH, h.endpoint.node);
    expect(await get(app.listen(0, "127.0.0.1"))).toBe("ok");
  });

  test("Fastify", async () => {
    const app = fastify();
    app.get(PATH, h.endpoint.fastify);
    await app.listen({ port: 0, host: "127.0.0.1" });
    expect(await get(app.server)).toBe("ok");
    await app.close();
  });

  test("Hono, and whatever else speaks Fetch", async () => {
    const app = new Hono().get(PATH, (c) => h.endpoint.fetch(c.req.raw));
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
  const ended = run(["health", "--state", h.state, "--port", "0"], {
    stdout: (text) => said.push(text),
    stderr: (text) => said.push(text),
    stopped: () => stopped,
    env: { DATABASE_URL: h.db.url, PGINDEX_HEALTH_TOKEN: TOKEN },
  });
  const listening = /listening on (http:\/\/127\.0\.0\.1:\d+\/\S+)/;
  await until("it listens", async () => said.some((text) => listening.test(text)));
  const [, url] = listening.exec(said.join("")) ?? [];
  const { authorization } = AUTHORIZED;
  expect((await fetch(`${url}`, { headers: { authorization } })).status).toBe(200);
  expect((await fetch(`${url}`)).status).toBe(401);
  expect((await fetch(`${url}/other`, { headers: { authorization } })).status).toBe(404);
  stop();
  expect(await ended).toBe(0);
});
