// What a Connection or the stack sets, as the process is given it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { blockedBuild, holdWrite, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { startKeyDataProxy } from "../support/server/keyDataProxy.ts";
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

describe("hazards", () => {
  const SAME = { "same-index": { action: "allow", reason: "for a week" } } as const;
  const denying = () =>
    indexWith({
      url: database().url,
      hazards: '{"same-index": "deny", "drops-used-index": "deny"}',
    });

  test("what the Connection denies fails preview and up, what the resource allows is said", async () => {
    await database().query("CREATE INDEX other_idx ON t (a)");
    const { index } = denying();
    const denied = /is the same index under another name.*\[same-index\]; the hazards of the Conn/s;
    expect(await refusalOf(index.preview(PLAIN))).toMatch(denied);
    expect(await refusalOf(index.up(PLAIN))).toMatch(denied);
    const allowed = { ...PLAIN, hazards: SAME };
    const { lines } = await index.preview(allowed);
    expect(lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^same-index: allowed \("for a week"\): public\.other_idx /),
    );
    await index.up(allowed);
    expect((await index.preview(allowed)).change).toBe("same");
    // Only the state knows that it has to be built again, which the diff finds out.
    await database().query("DROP INDEX plain_idx");
    expect(await refusalOf(index.preview(PLAIN))).toMatch(denied);
    expect(await refusalOf(index.up(PLAIN))).toMatch(denied);
    await index.up(allowed);
    await database().query("DROP INDEX other_idx");
  });

  test("and so does a destroy of an index that is used", async () => {
    const { index } = denying();
    await index.up(PLAIN);
    const reader = await database().connect();
    await reader.query("SET enable_seqscan = off; SELECT FROM t WHERE a = 1");
    await reader.end();
    await until("it is counted", async () => {
      const sql =
        "SELECT FROM pg_stat_user_indexes WHERE indexrelname = 'plain_idx' AND idx_scan > 0";
      return (await database().query(sql)).length > 0;
    });
    expect(await refusalOf(index.destroy())).toMatch(
      /^refused: queries use public\.plain_idx: 1 scans since .*\[drops-used-index\]/s,
    );
    const used = { "drops-used-index": { action: "warn", reason: "nobody needs it" } } as const;
    await index.up({ ...PLAIN, hazards: used });
    await index.destroy();
  });
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

test("what a setting allows is said once", async () => {
  const proxy = await startKeyDataProxy(database().url);
  const { withSettings } = indexWith({ url: proxy.url, allowPooler: "true" });
  const command = oneCommand(withSettings);
  const said: number[] = [];
  for (const name of ["first", "second"]) {
    const index = new Resource("index", command, name);
    const { lines } = await index.preview({ ...PLAIN, name: `${name}_idx` });
    said.push(lines.filter(({ message }) => message.startsWith("pooler: allowed (")).length);
  }
  await proxy.stop();
  expect(said).toEqual([1, 0]);
});
