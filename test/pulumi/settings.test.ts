// The stack's settings, and those of a Connection, reach the provider's process.
import { Connection, type ConnectionArgs, Index, type IndexArgs } from "pulumi-pgindex";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";

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

function declare(settings: ConnectionArgs, args: IndexArgs): void {
  stack.program = async () => {
    new Index("mine", args, { provider: new Connection("own", settings) });
  };
}

test("role is the Connection's own, else the stack's", async () => {
  declare({ url: roles.url, role: roles.owner }, AS_DEPLOY);
  await stack.up();
  expect((await stack.preview()).changes).toEqual({ same: 3 });
  await stack.destroy();
  await stack.setConfig("pgindex:role", roles.owner);
  declare({ url: roles.url }, AS_DEPLOY);
  await stack.up();
});

test("a Connection without a URL has the stack's, and its replicas; its own are kept as a secret", async () => {
  await stack.setSecret("pgindex:databaseUrl", database().url);
  await stack.setSecret("pgindex:replicas", JSON.stringify({ eu: database().url }));
  await stack.setConfig("pgindex:maxConcurrentBuilds", "1");
  await stack.setConfig("pgindex:waitFor", "1h");
  await stack.setConfig("pgindex:waiters", "cancel");
  stack.program = async () => {
    const provider = new Connection("own", { retries: 3, waitFor: "2h" });
    new Index("mine", PLAIN, { provider });
    const { url } = database();
    new Connection("other", { url, replicas: { eu: url }, whenClientVanishes: "stop" });
  };
  await stack.up();
  expect(stack.resource("own").inputs).toEqual({
    "pgindex:url": { [SECRET]: expect.any(String), ciphertext: expect.any(String) },
    "pgindex:replicas": { [SECRET]: expect.any(String), ciphertext: expect.any(String) },
    "pgindex:maxConcurrentBuilds": "1",
    "pgindex:waitFor": "2h",
    "pgindex:retries": "3",
    "pgindex:waiters": "cancel",
  });
  expect(stack.resource("other").inputs).toMatchObject({
    "pgindex:replicas": { ciphertext: expect.any(String) },
    "pgindex:waitFor": "1h",
    "pgindex:waiters": "cancel",
    "pgindex:whenClientVanishes": "stop",
  });
  expect((await stack.preview()).changes).toEqual({ same: 4 });
});
