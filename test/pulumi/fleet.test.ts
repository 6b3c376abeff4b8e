// examples/fleet, as people run it: the canary, then the rest.
import { beforeAll, expect, test } from "vitest";
import { outputsIn } from "../support/pulumi/pulumiBackend.ts";
import type { Project } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, indexNames, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { createExample } from "../support/pulumi/pulumiExample.ts";

const TABLE = [
  "CREATE TABLE events (id int PRIMARY KEY, account_id int)",
  "INSERT INTO events SELECT n, n FROM generate_series(1, 20000) n",
  "ANALYZE events",
] as const;
const canary = useDatabase(...TABLE);
const eu = useDatabase(...TABLE);

let project: Project;
const on = (stack: string, ...args: string[]) => [...args, "--stack", stack] as const;

beforeAll(() => {
  project = createExample("fleet", {
    stacks: {
      canary: { databaseUrl: canary().url },
      eu: { databaseUrl: eu().url, soak: "1s" },
    },
  });
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
  // The refresh measured twice, in its preview too.
  expect(outputsIn(project.stateOf("canary"))?.usage).toMatchObject({
    trafficScans: 100,
    isExact: true,
  });
});
