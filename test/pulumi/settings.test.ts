// The stack's settings, and those of a Connection, reach the provider's process.
import { Connection, type ConnectionArgs, Index, Verification } from "pulumi-pgindex";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { killAll, providersOf } from "../../tools/processes.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";

import { blockedBuild, holdWrite, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { failureOf, linesOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE t (a int, b text)");
let roles: Roles;
let stack: TestStack;
beforeAll(async () => {
  roles = await createRoles(database());
  await database().query(`ALTER ROLE ${roles.deploy} NOINHERIT`);
  await database().query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await database().query(`SET ROLE ${roles.owner}`);
  await database().query("CREATE TABLE app.t (a int); RESET ROLE");
});
beforeEach(async () => {
  stack = await createStack(async () => undefined, { backend });
});
afterEach(() => stack.destroy());
afterAll(() => dropRoles(database(), roles));

const AS_DEPLOY = { schema: "app", table: "t", name: "t_a_idx", columns: ["a"] };
/** Pulumi's mark of a secret. */
const SECRET = "4dabf18193072939515e22adb298388d";
const PLAIN = { table: "t", name: "plain_idx", columns: ["a"] };

function declare(settings: ConnectionArgs, args = PLAIN): void {
  stack.program = async () => {
    new Index("mine", args, { provider: new Connection("own", settings) });
  };
}

describe("role", () => {
  test("of the Connection: who may not build as himself builds as the tables' owner", async () => {
    declare({ url: roles.url }, AS_DEPLOY);
    expect((await failureOf(stack.up())).text).toMatch(
      /is a member of it that does not inherit its rights/,
    );
    declare({ url: roles.url, role: roles.owner }, AS_DEPLOY);
    await stack.up();
    expect((await stack.preview()).changes).toEqual({ same: 3 });
  });

  test("of the stack is that of a Connection that names none", async () => {
    await stack.setConfig("pgindex:role", roles.owner);
    declare({ url: roles.url }, AS_DEPLOY);
    await stack.up();
  });
});

test("a Connection without a URL has the stack's, and its replicas", async () => {
  await stack.setSecret("pgindex:databaseUrl", database().url);
  await stack.setSecret("pgindex:replicas", JSON.stringify({ eu: database().url }));
  await stack.setConfig("pgindex:maxConcurrentBuilds", "1");
  declare({ retries: 3 });
  await stack.up();
  expect(stack.resource("own").inputs).toEqual({
    "pgindex:url": { [SECRET]: expect.any(String), ciphertext: expect.any(String) },
    "pgindex:replicas": { [SECRET]: expect.any(String), ciphertext: expect.any(String) },
    "pgindex:maxConcurrentBuilds": "1",
    "pgindex:retries": "3",
  });
  expect((await stack.preview()).changes).toEqual({ same: 3 });
});

test("waiters: a session that waits behind a build is cancelled where the stack says so", async () => {
  await stack.setConfig("pgindex:waiters", "cancel");
  declare({ url: database().url });
  const writer = await holdWrite(database(), "t");
  const up = stack.up();
  await blockedBuild(database(), PLAIN.name);
  const waiter = await database().connect();
  // Its own patience ends before that of the test: a build that nobody lets go on would wait for an
  // hour.
  await waiter.query("SET lock_timeout = '30s'");
  const cancelled = expect(waiter.query("ALTER TABLE t ADD COLUMN c int")).rejects.toMatchObject({
    code: "57014",
  });
  await cancelled.finally(() => writer.release());
  const { events } = await up;
  expect(linesOf(events, "mine").map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/cancelled.*ALTER TABLE t/),
  );
  await waiter.end();
});

test("whenClientVanishes: a build ends within seconds of its provider", async () => {
  declare({ url: database().url, whenClientVanishes: "stop" }, { ...PLAIN, name: "cut_idx" });
  const writer = await holdWrite(database(), "t");
  const failed = failureOf(stack.up());
  const pid = await blockedBuild(database(), "cut_idx");
  killAll(providersOf(process.pid));
  await until("the server ends the build", async () => {
    const query = "SELECT 1 FROM pg_stat_activity WHERE pid = $1";
    return (await database().query(query, [pid])).length === 0;
  });
  await failed;
  await writer.release();
  await stack.up();
  expect((await stack.preview()).changes).toEqual({ same: 3 });
});

test("replicas: a URL that is no standby's is warned of, and kept as a secret", async () => {
  const { url } = database();
  stack.program = async () => {
    const provider = new Connection("own", { url, replicas: { eu: url } });
    const index = new Index("mine", { ...PLAIN, serves: [] }, { provider });
    new Verification("proof", { index });
  };
  const { events } = await stack.up();
  expect(linesOf(events, "proof").map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/on the replica eu are not known: it takes writes, so it is no standby/),
  );
  expect(stack.resource("own").inputs?.["pgindex:replicas"]).toMatchObject({
    ciphertext: expect.any(String),
  });
});
