// examples/fleet, as people run it: the canary, then the rest.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, indexNames, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const FOLDER = "examples/fleet";
const project = createProject({
  files: Object.fromEntries(
    readdirSync(FOLDER).map((file) => [file, readFileSync(join(FOLDER, file), "utf8")]),
  ),
});
const TABLE = [
  "CREATE TABLE events (id int PRIMARY KEY, account_id int)",
  "INSERT INTO events SELECT n, n FROM generate_series(1, 20000) n",
  "ANALYZE events",
] as const;
const canary = useDatabase(...TABLE);
const eu = useDatabase(...TABLE);

const on = (stack: string, ...args: string[]) => [...args, "--stack", stack] as const;

beforeAll(async () => {
  for (const [stack, database] of [
    ["canary", canary],
    ["eu", eu],
  ] as const) {
    await project.run("stack", "init", stack);
    await project.run(...on(stack, "config", "set", "--secret", "databaseUrl", database().url));
  }
  await project.run(...on("eu", "config", "set", "soak", "1s"));
});

test("the rest is refused before the canary has run, with what to do", async () => {
  const text = await project.fail(...on("eu", "preview"));
  expect(text).toMatch(
    /public\.events_account_idx has not been proved by the stack organization\/fleet\/canary yet/,
  );
  expect(text).toContain("missing: the other stack has no such index: run pulumi up there first");
});

test("the canary waits for nobody, and the rest for its traffic", async () => {
  await project.run(...on("canary", "up", "--yes", "--skip-preview"));
  expect(await indexNames(canary())).toEqual(["events_account_idx"]);
  const text = await project.fail(...on("eu", "preview"));
  expect(text).toMatch(/met: +it is valid there/);
  expect(text).toMatch(/missing: traffic has scanned it 0 times there, 100 wanted/);
  expect(await indexesOf(eu())).toEqual([]);
});

test("once the canary has proved it, the rest is built", async () => {
  const client = await canary().connect();
  for (let i = 0; i < 100; i += 1)
    await client.query("SELECT * FROM events WHERE account_id = $1", [i]);
  await client.end();
  await until("the scans are counted", async () => {
    const [row] = await canary().query<{ done: boolean }>(
      "SELECT idx_scan >= 100 AS done FROM pg_stat_all_indexes WHERE indexrelname = 'events_account_idx'",
    );
    return row?.done;
  });
  await project.run(...on("canary", "refresh", "--yes", "--run-program"));
  await project.run(...on("eu", "up", "--yes", "--skip-preview"));
  expect(await indexNames(eu())).toEqual(["events_account_idx"]);
  await project.run(...on("eu", "preview", "--expect-no-changes"));
  const usage = JSON.parse(await outputOf("canary"));
  // The refresh measured twice, in its preview too.
  expect(usage).toMatchObject({ trafficScans: 100, isExact: true });
});

async function outputOf(stack: string): Promise<string> {
  const text = await project.run(...on(stack, "stack", "output", "usage", "--json"));
  return text.slice(text.indexOf("{"));
}
