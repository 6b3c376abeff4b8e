// examples/fleet, as people run it: a stack for each database, the canary first, then the rest.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type FleetPlace, fleet } from "../../chaos/fleet/fleetProcesses.ts";
import type { Project } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, indexNames, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { createExample } from "../support/pulumi/pulumiExample.ts";
import type { TestDatabase } from "../support/server/database.ts";

const TABLE = [
  "CREATE TABLE events (id int PRIMARY KEY, account_id int)",
  "INSERT INTO events SELECT n, n FROM generate_series(1, 20000) n",
  "ANALYZE events",
] as const;
const canary = useDatabase(...TABLE);
const eu = useDatabase(...TABLE);
const control = useDatabase();

let project: Project;
let place: FleetPlace;

beforeAll(() => {
  const { url } = eu();
  project = createExample("fleet", { stacks: {}, env: { DATABASE_URL: url } });
  const { directory: folder, env } = project;
  const file = join(folder, "fleet.yaml");
  const quick = readFileSync(file, "utf8").replace("soak: 24h", "soak: 1s\n  askEvery: 1s");
  writeFileSync(file, quick);
  const urls = { PGINDEX_FLEET_URL: control().url, CANARY_URL: canary().url, EU_URL: url };
  place = { folder, env: { ...env, ...urls } };
});

/** A command that has to succeed, and gives what it printed. */
async function run(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await fleet(place, ...args);
  expect(err).toBe("");
  expect(code).toBe(0);
  return out;
}

test("the canary is built by a stack of its own, and the rest waits for its traffic", async () => {
  expect(await run("start")).toBe("rollout 1 of fleet: 2 targets in 2 waves\n");
  const working = fleet(place, "work", "--until-done");
  const proving = await until("the canary is asked for its proof", async () => {
    const { waves } = JSON.parse(await run("status", "--json"));
    return waves[0].reason ? waves : undefined;
  });
  expect(proving).toMatchObject([
    { name: "canary", state: "proving", targets: { done: 1 } },
    { name: "rest", state: "waiting", targets: { waiting: 1 } },
  ]);
  expect(proving[0].reason).toMatch(/^0 of 1 databases are proved, 1 wanted; canary: .*100 wanted/);
  expect(await indexesOf(eu())).toEqual([]);

  const client = await canary().connect();
  for (let i = 0; i < 100; i += 1)
    await client.query("SELECT * FROM events WHERE account_id = $1", [i]);
  await client.end();
  expect(await working).toMatchObject({ code: 0 });
  for (const database of [canary, eu])
    expect(await indexNames(database())).toEqual(["events_account_idx"]);
});

test("a target's own configuration is over the template's", async () => {
  const parameters = (database: TestDatabase) =>
    database.query("SELECT reloptions FROM pg_class WHERE relname = 'events_account_idx'");
  expect(await parameters(canary())).toEqual([{ reloptions: ["fillfactor=90"] }]);
  expect(await parameters(eu())).toEqual([{ reloptions: ["fillfactor=70"] }]);
});

test("each is an ordinary stack: a preview of one alone is empty, and has no URL in its state", async () => {
  await project.run("preview", "--expect-no-changes", "--stack", "eu");
  expect(project.stateOf("eu")).not.toContain(new URL(eu().url).password);
});

test("the lock that a killed worker leaves is taken away, and one target alone is done again", async () => {
  const locks = join(project.backend, ".pulumi", "locks", "organization", "fleet", "eu");
  mkdirSync(locks, { recursive: true });
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const timestamp = new Date().toISOString();
  const lock = { pid, username: "worker", hostname: hostname(), timestamp };
  writeFileSync(join(locks, "left.json"), JSON.stringify(lock));
  await run("retry", "eu");
  const { code, err } = await fleet(place, "work", "--until-done");
  expect(err).toContain("the lock of the stack eu was that of a dead process");
  expect(code).toBe(0);
  const { state, waves } = JSON.parse(await run("status", "--json"));
  expect({ state, done: waves[1].targets.done }).toEqual({ state: "done", done: 1 });
});

test("the report has each database, its plan and its scans", async () => {
  const report = await run("report");
  expect(report).toContain("2 of 2 databases are done, 0 failed.");
  expect(report).toMatch(
    /\| canary \| canary \| `[^|]*` \| done \| `public\.events_account_idx` \| [^|]* \|.*Index Scan/,
  );
});
