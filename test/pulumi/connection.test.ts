import { Connection, Index } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const NOBODY_LISTENS = "postgresql://nobody:nothing@127.0.0.1:1/nowhere";
const backend = createBackend();
const database = useDatabase("CREATE TABLE users (id int, email text)");
let canary: Canary;
beforeAll(async () => {
  canary = await createCanary(database());
});
afterAll(() => canary.drop());

const args = { table: "users", name: "users_email_idx", columns: ["email"] };

/** Whether any provider of the stack has something encrypted in its state. */
function hasSecret(stack: TestStack): boolean {
  const stored = stack.resources().filter(({ type }) => type.startsWith("pulumi:providers:"));
  return JSON.stringify(stored).includes('"ciphertext"');
}

test("without a Connection an index connects to the stack's pgindex:databaseUrl first", async () => {
  const stack = await createStack(async () => void new Index("i", args), {
    backend,
    env: { DATABASE_URL: NOBODY_LISTENS },
  });
  await stack.setSecret("pgindex:databaseUrl", canary.url);
  await stack.up();
  expect(await indexNames(database())).toEqual(["users_email_idx"]);
  expect(Object.keys((await stack.preview()).changes)).toEqual(["same"]);
  expect(hasSecret(stack)).toBe(true);
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
  canary.assertAbsent(stack.transcript + stack.state());
});

describe("a Connection", () => {
  test("goes before the stack's URL, keeps its own encrypted, and another spelling changes no index", async () => {
    let url = canary.url;
    const stack = await createStack(
      async () => {
        const provider = new Connection("database", { url, maxConcurrentBuilds: 3 });
        new Index("i", args, { provider });
      },
      { backend, env: { DATABASE_URL: NOBODY_LISTENS } },
    );
    await stack.setSecret("pgindex:databaseUrl", NOBODY_LISTENS);
    await stack.up();
    expect(await indexNames(database())).toEqual(["users_email_idx"]);
    expect(Object.keys((await stack.preview()).changes)).toEqual(["same"]);
    const [before] = await indexesOf(database());
    const { hostname } = new URL(canary.url);
    const spelling = hostname === "localhost" ? "127.0.0.1" : "localhost";
    url = canary.url.replace(`@${hostname}`, `@${spelling}`);
    const previewed = await stack.preview();
    expect(previewed.changes).toEqual({ same: 2, update: 1 });
    expect(previewed.text).toMatch(/pgindex:url +: \[secret\]/);
    expect((await stack.up()).changes).toEqual({ same: 2, update: 1 });
    expect(await indexesOf(database())).toEqual([before]);
    expect(stack.resource("database").inputs).toMatchObject({
      "pgindex:url": { ciphertext: expect.any(String) },
      "pgindex:maxConcurrentBuilds": "3",
    });
    await stack.destroy();
    expect(await indexNames(database())).toEqual([]);
    canary.assertAbsent(stack.transcript + stack.state());
  });

  test("stands for one database each, also under one variable's name", async () => {
    const other: TestDatabase = await createDatabase();
    await other.query("CREATE TABLE users (id int, email text)");
    const stack = await createStack(
      async () => {
        const provider = new Connection("billing", { url: other.url });
        new Index("in-billing", args, { provider });
        const envVarMappings = { MAIN_URL: "DATABASE_URL" };
        const main = new Connection("main", {}, { envVarMappings });
        new Index(
          "in-main",
          { ...args, name: "users_id_idx", columns: ["id"] },
          { provider: main },
        );
      },
      { backend, env: { DATABASE_URL: NOBODY_LISTENS, MAIN_URL: canary.url } },
    );
    await stack.up();
    expect(await indexNames(other)).toEqual(["users_email_idx"]);
    expect(await indexNames(database())).toEqual(["users_id_idx"]);
    expect(Object.keys((await stack.preview()).changes)).toEqual(["same"]);
    expect(JSON.stringify(stack.resource("main"))).not.toContain('"ciphertext"');
    expect(JSON.stringify(stack.resource("billing"))).toContain('"ciphertext"');
    await stack.destroy();
    canary.assertAbsent(stack.transcript + stack.state());
    expect([...(await indexNames(other)), ...(await indexNames(database()))]).toEqual([]);
    await other.drop();
  });
});
