// What a Connection or the stack sets, as the process is given it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { blockedBuild, holdWrite, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { configured, oneCommand, oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b text)");
let roles: Roles;
beforeAll(async () => {
  roles = await createRoles(database());
  await database().query(`ALTER ROLE ${roles.deploy} NOINHERIT`);
  await database().query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await database().query(`SET ROLE ${roles.owner}`);
  await database().query("CREATE TABLE app.t (a int); RESET ROLE");
});
afterAll(() => dropRoles(database(), roles));

const AS_DEPLOY = { schema: "app", table: "t", name: "t_a_idx", columns: ["a"] };
const PLAIN = { table: "t", name: "plain_idx", columns: ["a"] };

let open = oneProvider({});

/** An index below a process that has these settings, until another index is asked for. */
function indexWith(settings: Readonly<Record<string, string>>) {
  const named = Object.entries(settings).map(([name, value]) => [`pgindex:${name}`, value]);
  const withSettings = configured(open, Object.fromEntries(named));
  return { withSettings, index: new Resource("index", withSettings) };
}

test("role: who may not build as himself builds as the tables' owner", async () => {
  const himself = indexWith({ url: roles.url });
  expect(await refusalOf(himself.index.up(AS_DEPLOY))).toMatch(
    /is a member of it that does not inherit its rights/,
  );
  const { index } = indexWith({ url: roles.url, role: roles.owner });
  await index.up(AS_DEPLOY);
  expect((await index.preview(AS_DEPLOY)).change).toBe("same");
  await index.destroy();
});

test("waiters: a session that waits behind a build is cancelled", async () => {
  const { index } = indexWith({ url: database().url, waiters: "cancel" });
  const writer = await holdWrite(database(), "t");
  const up = index.up(PLAIN);
  await blockedBuild(database(), PLAIN.name);
  const waiter = await database().connect();
  // Its own patience ends before that of the test: a build that nobody lets go on would wait for an
  // hour.
  await waiter.query("SET lock_timeout = '90s'");
  const cancelled = expect(waiter.query("ALTER TABLE t ADD COLUMN c int")).rejects.toMatchObject({
    code: "57014",
  });
  await cancelled.finally(() => writer.release());
  const { lines } = await up;
  expect(lines.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/cancelled.*ALTER TABLE t/),
  );
  await waiter.end();
  await index.destroy();
});

test("whenClientVanishes: a build ends within seconds of its provider", async () => {
  const settings = { url: database().url, whenClientVanishes: "stop" };
  const { withSettings, index } = indexWith(settings);
  const cut = { ...PLAIN, name: "cut_idx" };
  const writer = await holdWrite(database(), "t");
  const failed = refusalOf(index.up(cut));
  const pid = await blockedBuild(database(), "cut_idx");
  (await withSettings()).process.kill();
  open = oneProvider({});
  await until("the server ends the build", async () => {
    const query = "SELECT 1 FROM pg_stat_activity WHERE pid = $1";
    return (await database().query(query, [pid])).length === 0;
  });
  await failed;
  await writer.release();
  const next = indexWith(settings);
  await next.index.up(cut);
  expect((await next.index.preview(cut)).change).toBe("same");
  await next.index.destroy();
});

test("a limit of connections that is too low to measure as well is refused in preview", async () => {
  await database().query(`ALTER ROLE ${roles.deploy} CONNECTION LIMIT 2`);
  const { index } = indexWith({ url: roles.url, role: roles.owner });
  const serves = [{ name: "q", sql: "SELECT * FROM app.t WHERE a = $1", values: ["1"] }];
  expect(await refusalOf(index.preview({ ...AS_DEPLOY, serves }))).toMatch(
    /_deploy may have 2 connections at a time, and this needs 3[\s\S]*CONNECTION LIMIT 4;/,
  );
  expect((await index.preview(AS_DEPLOY)).change).toBe("create");
  await database().query(`ALTER ROLE ${roles.deploy} CONNECTION LIMIT -1`);
});

test("the right that is missing is named once, in the first preview", async () => {
  const hint = /hidden from this role.*; to see it: GRANT pg_read_all_stats TO "\S+_deploy";$/;
  const { withSettings } = indexWith({ url: roles.url, role: roles.owner });
  // One command for both.
  const command = oneCommand(withSettings);
  const hints: number[] = [];
  for (const name of ["first", "second"]) {
    const index = new Resource("index", command, name);
    const { lines } = await index.preview({ ...AS_DEPLOY, name: `${name}_idx` });
    hints.push(lines.filter(({ message }) => hint.test(message)).length);
  }
  expect(hints).toEqual([1, 0]);
});
