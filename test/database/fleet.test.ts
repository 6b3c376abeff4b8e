// What pgindex fleet says before anything begins, and how a rollout changes hands: no worker runs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "pgindex-fleet-"));
const file = join(folder, "fleet.yaml");
let control: TestDatabase;
let one: TestDatabase;
let two: TestDatabase;

beforeAll(async () => {
  [control, one, two] = (await Promise.all(Array.from({ length: 3 }, () => createDatabase()))) as [
    TestDatabase,
    TestDatabase,
    TestDatabase,
  ];
  for (const database of [one, two]) await database.query("CREATE TABLE t (a int)");
});
afterAll(async () => {
  await Promise.all([control, one, two].map((database) => database.drop()));
  rmSync(folder, { recursive: true });
});

const AWAY = "postgresql://app:s3cret@127.0.0.1:1/away";
const INDEX = { table: "t", name: "t_a", columns: ["a"] };
const targetsOf = () => [
  { name: "one", url: one.url },
  { name: "two", url: two.url },
];

function write(fleet: object): void {
  const written = { name: "f", indexes: [INDEX], targets: targetsOf(), ...fleet };
  writeFileSync(file, JSON.stringify(written));
}

const fleet = (...args: readonly string[]) =>
  pgindex(["fleet", args[0] ?? "", "--file", file, ...args.slice(1)], {
    PGINDEX_FLEET_URL: control.url,
  });

/** A command that is refused with this. */
async function refused(args: readonly string[], said: RegExp): Promise<void> {
  const { code, err } = await fleet(...args);
  expect(err).toMatch(said);
  expect(err).not.toContain("s3cret");
  expect(code).toBe(1);
}

test("a plan shows waves, servers and builds, and changes nothing", async () => {
  write({});
  const { out, code } = await fleet("plan", "--json");
  const { targets, opensAt } = JSON.parse(out);
  expect(targets).toMatchObject([
    { wave: "canary", server: new URL(one.url).host, builds: 1, problem: null },
    { wave: "tenth", builds: 1, problem: null },
  ]);
  expect(opensAt).toBeNull();
  expect(code).toBe(0);
});

test.each([
  {
    what: "two targets that are one database, under two URLs",
    targets: () => [...targetsOf(), { name: "again", url: `${one.url}?application_name=x` }],
    said: /is the same database as \w+ \(test_\w+@\d+\/\d+\): remove one of them/,
  },
  {
    what: "a target that is away",
    targets: () => [...targetsOf(), { name: "away", url: AWAY }],
    said: /away: cannot connect to 127\.0\.0\.1:1/,
  },
  {
    what: "a URL that is none",
    targets: () => [...targetsOf(), { name: "none", url: "jdbc:s3cret" }],
    said: /none: cannot read the database URL/,
  },
  {
    what: "a declaration that one of them refuses",
    targets: () => [...targetsOf(), { name: "bare", url: control.url }],
    said: /bare: .*no table public\.t/,
  },
])("$what: the plan says so, and nothing is started", async ({ targets, said }) => {
  write({ targets: targets() });
  const plan = await fleet("plan");
  expect(plan.out).toMatch(said);
  expect(plan.code).toBe(2);
  await refused(["start"], said);
});

test("a physical copy has its original's identifiers: a server of its own tells it apart", async () => {
  write({ targets: [...targetsOf(), { name: "copy", url: one.url, server: "restored" }] });
  expect(await fleet("plan")).toMatchObject({ code: 0 });
});

test("targets in no wave are refused", async () => {
  write({ waves: [{ name: "a", count: 1 }] });
  await refused(["start"], /1 targets are in no wave/);
});

test("without a control database, or where it is away", async () => {
  write({});
  const args = ["fleet", "start", "--file", file, "--queue-url-env", "PGINDEX_FLEET_URL"];
  expect((await pgindex(args)).err).toMatch(/PGINDEX_FLEET_URL is not set/);
  const away = await pgindex(["fleet", "start", "--file", file], { PGINDEX_FLEET_URL: AWAY });
  expect(away.code).toBe(3);
  expect(away.err).toMatch(/the control database cannot be used: .*ECONNREFUSED/);
  expect(away.err).not.toContain("s3cret");
});

test("no rollout yet", async () => {
  write({});
  await refused(["status"], /the fleet f has no rollout/);
});

test("one rollout at a time, and one fleet a database", async () => {
  write({});
  expect(await fleet("start")).toMatchObject({ out: "rollout 1 of f: 2 targets in 3 waves\n" });
  await refused(["start"], /a rollout of the fleet f is running already/);
  write({ name: "other" });
  await refused(["start"], /a rollout of the fleet f works on 2 of these databases: one, two/);
  write({});
  await refused(["resume"], /the rollout of the fleet f is running/);
  expect(await fleet("pause")).toMatchObject({ out: "rollout 1 of f: paused\n" });
  await refused(["retry"], /no target has failed/);
  expect(await fleet("resume")).toMatchObject({ out: "rollout 1 of f: running\n" });
});

test("a rollout of another release is left alone until it is handed over", async () => {
  await control.query("UPDATE pgindex_fleet.rollout SET release = '0.0.1'");
  await refused(["work", "--until-done"], /was started by pulumi-pgindex 0\.0\.1, and this is/);
  await fleet("pause");
  await fleet("resume");
  const [row] = await control.query("SELECT release FROM pgindex_fleet.rollout");
  expect(row).toEqual({ release: expect.stringMatching(/^(?!0\.0\.1$)\d+\.\d+\.\d+/) });
});

test("what is stopped stays so", async () => {
  expect(await fleet("stop")).toMatchObject({ out: "rollout 1 of f: stopped\n" });
  await refused(["resume"], /the rollout of the fleet f is stopped/);
  const { code, out } = await fleet("status");
  expect(out).toMatch(/^f: stopped, 0 workers at work\n/);
  expect(code).toBe(2);
});

test.each([
  {
    what: "our tables",
    table: "pgindex_fleet.layout",
    said: /the fleet's tables are of layout 99, and this release knows 1/,
  },
  {
    what: "pg-boss's tables",
    table: "pgindex_fleet_queue.version",
    said: /the queue's tables are of pg-boss' layout 99, and the one here knows \d+/,
  },
])("$what of a newer release are refused", async ({ table, said }) => {
  const [row] = await control.query(`SELECT version FROM ${table}`);
  await control.query(`UPDATE ${table} SET version = 99`);
  await refused(["start"], said);
  await control.query(`UPDATE ${table} SET version = $1`, [row?.version]);
});

test("no URL and no password is in the control database", async () => {
  const { password } = new URL(one.url);
  const [row] = await control.query<{ all: string }>(
    `SELECT string_agg(t::text, '') AS all FROM (
       SELECT to_jsonb(x)::text AS t FROM pgindex_fleet_queue.job x
       UNION ALL SELECT to_jsonb(x)::text FROM pgindex_fleet.target x
       UNION ALL SELECT to_jsonb(x)::text FROM pgindex_fleet.rollout x) every`,
  );
  expect(row?.all).toContain('"one"');
  expect(row?.all).not.toContain(password);
  expect(row?.all).not.toContain("postgresql:");
});

test.each(["plan", "status", "report", "health"])("%s --json has a schema", async (command) => {
  const { out } = await fleet(command, "--json-schema");
  expect(JSON.parse(out)).toMatchObject({ type: "object", $schema: expect.any(String) });
});

const COMMANDS = [
  ...["plan", "start", "work", "status", "pause", "resume", "stop", "retry", "report", "health"],
];

test.each(COMMANDS)("%s --help has an example", async (command) => {
  const { out, code } = await fleet(command, "--help");
  expect(out).toMatch(new RegExp(`Examples?:\\n {2}\\$ pgindex fleet ${command}`));
  expect(code).toBe(0);
});
