// Global set-up: one PostgreSQL server for the whole run, shared by the projects that need one.
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../../../tools/embeddedPostgres.ts";
import { dockerProblem, startContainer } from "./containers.ts";
import { type ProvidedServer, SETTINGS, type TestServer } from "./serverSettings.ts";

interface Shared {
  users: number;
  started: Promise<{ server: TestServer; provided: ProvidedServer }>;
}

// Each project loads a copy of this module: only the process is common to them.
const holder = globalThis as { [key: symbol]: Shared | undefined };
const KEY = Symbol.for("pgindex.test-server");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder[KEY] ??= { users: 0, started: start() };
  const shared = holder[KEY];
  shared.users++;
  const { server, provided } = await shared.started;
  project.provide("server", provided);
  return async () => {
    if (--shared.users > 0) return;
    holder[KEY] = undefined;
    await server.stop();
  };
}

async function start(): Shared["started"] {
  const server = await chooseServer();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT current_setting('server_version') AS version, " +
      "current_setting('server_version_num')::int AS number",
  );
  await client.end();
  console.log(`Tests use PostgreSQL ${rows[0].version}, ${server.kind}`);
  return {
    server,
    provided: { url: server.url, version: rows[0].version, versionNumber: rows[0].number },
  };
}

async function chooseServer(): Promise<TestServer> {
  const wanted = process.env.TEST_DATABASE;
  if (wanted === "embedded") return embedded("as TEST_DATABASE asks");
  if (wanted && wanted !== "testcontainers") {
    throw new Error(`TEST_DATABASE is "${wanted}": set it to testcontainers or embedded.`);
  }
  try {
    const problem = await dockerProblem();
    if (problem) throw new Error(`no Docker engine answers: ${problem}`);
    return await startContainer();
  } catch (error) {
    const { message } = error as Error;
    if (!wanted) return embedded(message);
    throw new Error(
      `TEST_DATABASE asks for testcontainers, but ${message}\n` +
        "Start a Docker engine and build the image (bash .ci/run does both), or set " +
        "TEST_DATABASE=embedded.",
    );
  }
}

async function embedded(reason: string): Promise<TestServer> {
  const version = process.env.TEST_POSTGRES_VERSION;
  const server = await startEmbedded({ name: "test", settings: SETTINGS, version });
  return { url: server.url, kind: `embedded (${reason})`, stop: () => server.stop() };
}
