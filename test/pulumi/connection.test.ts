// Where an index connects to, and what a Connection and the stack hand on, with the real engine.
import { Connection, Index } from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";

const NOBODY_LISTENS = "postgresql://nobody:nothing@127.0.0.1:1/nowhere";
const backend = createBackend();
const TABLE = "CREATE TABLE users (id int, email text)";
const database = useDatabase(TABLE);
const other = useDatabase(TABLE);
let canary: Canary;
let roles: Roles;
beforeAll(async () => {
  canary = await createCanary(database());
  roles = await createRoles(database());
});
afterAll(async () => {
  await canary.drop();
  await dropRoles(database(), roles);
});

const args = { table: "users", name: "users_email_idx", columns: ["email"] };
const ofId = { table: "users", name: "users_id_idx", columns: ["id"] };
/** Pulumi's mark of a secret. */
const SECRET = { "4dabf18193072939515e22adb298388d": expect.any(String) };
const ENCRYPTED = { ...SECRET, ciphertext: expect.any(String) };

/** Whether any provider of the stack has something encrypted in its state. */
function hasSecret(stack: TestStack): boolean {
  const stored = stack.resources().filter(({ type }) => type.startsWith("pulumi:providers:"));
  return JSON.stringify(stored).includes('"ciphertext"');
}

test("an index connects to its Connection's URL, else to the stack's; both are encrypted, and another spelling changes no index", async () => {
  let url = Object.assign(new URL(canary.url), { pathname: new URL(other().url).pathname }).href;
  const stack = await createStack(
    async () => {
      new Index("by-default", args);
      const provider = new Connection("database", { url, maxConcurrentBuilds: 3 });
      new Index("by-connection", args, { provider });
      const own = new Connection("own", { retries: 3, waitFor: "2h" });
      new Index("by-own", ofId, { provider: own });
      const { url: plain } = database();
      const more = { replicas: { eu: plain }, whenClientVanishes: "stop" } as const;
      new Connection("other", { url: plain, ...more });
    },
    {
      backend,
      env: { DATABASE_URL: NOBODY_LISTENS },
      config: {
        "pgindex:maxConcurrentBuilds": "1",
        "pgindex:waitFor": "1h",
        "pgindex:waiters": "cancel",
      },
    },
  );
  await stack.setSecrets({
    "pgindex:databaseUrl": canary.url,
    "pgindex:replicas": JSON.stringify({ eu: database().url }),
  });
  await stack.up();
  expect(await indexNames(database())).toEqual(["users_email_idx", "users_id_idx"]);
  expect(await indexNames(other())).toEqual(["users_email_idx"]);
  expect(hasSecret(stack)).toBe(true);
  expect(stack.resource("own").inputs).toEqual({
    "pgindex:url": ENCRYPTED,
    "pgindex:replicas": ENCRYPTED,
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

  const [before] = await indexesOf(other());
  const { hostname } = new URL(url);
  const spelling = hostname === "localhost" ? "127.0.0.1" : "localhost";
  url = url.replace(`@${hostname}`, `@${spelling}`);
  const previewed = await stack.preview();
  expect(previewed.changes).toEqual({ same: 6, update: 1 });
  expect(previewed.text).toMatch(/pgindex:url +: \[secret\]/);
  expect((await stack.up()).changes).toEqual({ same: 6, update: 1 });
  expect(await indexesOf(other())).toEqual([before]);
  expect(stack.resource("database").inputs).toMatchObject({
    "pgindex:url": { ciphertext: expect.any(String) },
    "pgindex:maxConcurrentBuilds": "3",
  });
  await stack.destroy();
  expect([...(await indexNames(database())), ...(await indexNames(other()))]).toEqual([]);
  canary.assertAbsent(stack.transcript + stack.state());
});

test("role is the Connection's own, else the stack's", async () => {
  // The stack's role may not build on this one, and the role that logs in on neither.
  const own = `${roles.owner}_own`;
  await database().query(`CREATE ROLE ${own}; CREATE SCHEMA own AUTHORIZATION ${own}`);
  await database().query(`ALTER ROLE ${roles.deploy} NOINHERIT`);
  await database().query(`GRANT ${roles.owner}, ${own} TO ${roles.deploy}`);
  await database().query(`SET ROLE ${roles.owner}; CREATE TABLE app.t (a int)`);
  await database().query(`SET ROLE ${own}; CREATE TABLE own.t (a int)`);
  await database().query("RESET ROLE");
  const stack = await createStack(
    async () => {
      const { url } = roles;
      const on = (schema: string) => ({ schema, table: "t", name: "t_a_idx", columns: ["a"] });
      const ofStack = new Connection("of-stack", { url });
      new Index("by-stack", on("app"), { provider: ofStack });
      const provider = new Connection("own", { url, role: own });
      new Index("by-own", on("own"), { provider });
    },
    { backend, config: { "pgindex:role": roles.owner } },
  );
  await stack.up();
  expect((await stack.preview()).changes).toEqual({ same: 5 });
  await database().query(`DROP OWNED BY ${own} CASCADE; DROP ROLE ${own}`);
});
