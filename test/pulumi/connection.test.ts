import { Connection, Index } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createStack, type StackOptions } from "../support/pulumi.ts";
import { createBackend } from "../support/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumiDatabase.ts";

const NOBODY_LISTENS = "postgresql://nobody:nothing@127.0.0.1:1/nowhere";
const backend = createBackend();
const database = useDatabase("CREATE TABLE users (id int, email text)");
let canary: Canary;
beforeAll(async () => {
  canary = await createCanary(database());
});
afterAll(() => canary.drop());

const args = { table: "users", name: "users_email_idx", columns: ["email"] };

describe("where an index connects to, first source that is there", () => {
  interface Source {
    readonly source: string;
    readonly env: () => NonNullable<StackOptions["env"]>;
    readonly secret?: () => string;
    readonly program?: () => void;
    /** Whether the URL is to be found in the state, encrypted. */
    readonly inState: boolean;
  }

  const sources: readonly Source[] = [
    {
      source: "the Connection's URL",
      env: () => ({ DATABASE_URL: NOBODY_LISTENS }),
      secret: () => NOBODY_LISTENS,
      program: () =>
        new Index("i", args, { provider: new Connection("database", { url: canary.url }) }),
      inState: true,
    },
    {
      source: "the stack's pgindex:databaseUrl",
      env: () => ({ DATABASE_URL: NOBODY_LISTENS }),
      secret: () => canary.url,
      inState: true,
    },
    {
      source: "a Connection without a URL, whose variable is mapped",
      env: () => ({ DATABASE_URL: NOBODY_LISTENS, BILLING_URL: canary.url }),
      program: () => {
        const envVarMappings = { BILLING_URL: "DATABASE_URL" };
        new Index("i", args, { provider: new Connection("database", {}, { envVarMappings }) });
      },
      inState: false,
    },
  ];

  test.for(sources)("$source", async ({ env, secret, program, inState }) => {
    const stack = await createStack(
      async () => {
        if (program) program();
        else new Index("i", args);
      },
      { backend, env: env() },
    );
    if (secret) await stack.setSecret("pgindex:databaseUrl", secret());
    await stack.up();
    expect(await indexNames(database())).toEqual(["users_email_idx"]);
    expect(Object.keys((await stack.preview()).changes)).toEqual(["same"]);
    const stored = stack.resources().filter(({ type }) => type.startsWith("pulumi:providers:"));
    expect(JSON.stringify(stored).includes('"ciphertext"')).toBe(inState);
    await stack.destroy();
    expect(await indexNames(database())).toEqual([]);
    canary.assertAbsent(stack.transcript + stack.state());
  });
});

describe("a Connection", () => {
  test("keeps its URL encrypted, and another spelling of the URL changes no index", async () => {
    let url = canary.url;
    const stack = await createStack(
      async () => {
        const provider = new Connection("database", { url, maxConcurrentBuilds: 3 });
        new Index("i", args, { provider });
      },
      { backend },
    );
    await stack.up();
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
      { backend, env: { DATABASE_URL: NOBODY_LISTENS, MAIN_URL: database().url } },
    );
    await stack.up();
    expect(await indexNames(other)).toEqual(["users_email_idx"]);
    expect(await indexNames(database())).toEqual(["users_id_idx"]);
    expect(Object.keys((await stack.preview()).changes)).toEqual(["same"]);
    await stack.destroy();
    expect([...(await indexNames(other)), ...(await indexNames(database()))]).toEqual([]);
    await other.drop();
  });
});
