// The stack's settings, and those of a Connection, reach the provider's process.
import { Connection, type ConnectionArgs, Index, Verification } from "pulumi-pgindex";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createRoles, dropRoles, type Roles } from "../support/engineRoles.ts";
import { createStack, type TestStack } from "../support/pulumi.ts";
import { createBackend } from "../support/pulumiBackend.ts";
import { useDatabase } from "../support/pulumiDatabase.ts";
import { linesOf } from "../support/pulumiRun.ts";

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

test("role is the Connection's own, else the stack's", async () => {
  declare({ url: roles.url, role: roles.owner }, AS_DEPLOY);
  await stack.up();
  expect((await stack.preview()).changes).toEqual({ same: 3 });
  await stack.destroy();
  await stack.setConfig("pgindex:role", roles.owner);
  declare({ url: roles.url }, AS_DEPLOY);
  await stack.up();
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
