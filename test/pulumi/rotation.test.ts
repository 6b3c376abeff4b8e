// Credentials that change between the commands of a stack, for each way in which it is given them.
import { Connection, Index } from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { errorsOfEach, failureOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const TABLE = "CREATE TABLE users (id int, email text)";
const database = useDatabase(TABLE);
const other = useDatabase(TABLE);

/** By the environment, and by a Connection. */
let canaries: { readonly env: Canary; readonly connection: Canary };
let urls: { env: string; connection: string };
let stack: TestStack;
beforeAll(async () => {
  canaries = {
    env: await createCanary(database()),
    connection: await createCanary(database()),
  };
  urls = { env: canaries.env.url, connection: canaries.connection.url };
  stack = await createStack(program, { backend, env: { ...pgVariables(), MAIN_URL: urls.env } });
});
afterAll(async () => {
  for (const canary of Object.values(canaries)) {
    canary.assertAbsent(stack.transcript + stack.state());
    await canary.drop();
  }
});

async function program(): Promise<void> {
  const index = (name: string, provider?: Connection) =>
    new Index(name, { table: "users", name: `${name}_idx`, columns: ["email"] }, { provider });
  index("by_default");
  const envVarMappings = { MAIN_URL: "DATABASE_URL" };
  index("by_variable", new Connection("main", {}, { envVarMappings }));
  const { pathname } = new URL(other().url);
  const { href: url } = Object.assign(new URL(urls.connection), { pathname });
  index("elsewhere", new Connection("billing", { url }));
}

const INDEXES = ["by_default", "by_variable", "elsewhere"];

function pgVariables(): Record<string, string> {
  const { env } = canaries;
  const { hostname, port, pathname } = new URL(env.url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: env.role,
    PGPASSWORD: env.password,
    PGDATABASE: pathname.slice(1),
  };
}

let rotations = 0;

/** Gives a role another password; the URL with the old one is of no use any more. */
async function rotate(of: keyof typeof urls): Promise<void> {
  rotations += 1;
  const password = `rotated-${rotations}`;
  await database().query(`ALTER ROLE ${canaries[of].role} PASSWORD '${password}'`);
  urls[of] = Object.assign(new URL(urls[of]), { password }).href;
}

const built = async () => [...(await indexesOf(database())), ...(await indexesOf(other()))];

test("each Connection stands for one database, also under one variable's name, and only a URL is encrypted", async () => {
  await stack.up();
  expect(await indexNames(other())).toEqual(["elsewhere_idx"]);
  expect(await indexNames(database())).toEqual(["by_default_idx", "by_variable_idx"]);
  const stored = stack.resources().filter(({ type }) => type.startsWith("pulumi:providers:"));
  const encrypted = stored.filter((each) => JSON.stringify(each).includes('"ciphertext"'));
  // What comes from the PG* variables, or from a mapped one, leaves nothing in the state.
  expect(stored).toHaveLength(3);
  expect(encrypted.map(({ urn }) => urn.split("::").at(-1))).toEqual(["billing"]);
});

test.each(["refresh", "destroy"] as const)(
  "with a password of yesterday %s loses nothing",
  async (command) => {
    if (command === "refresh") for (const of of ["env", "connection"] as const) await rotate(of);
    const before = INDEXES.map((name) => stack.resource(name).outputs);
    const errors = errorsOfEach(await failureOf(stack[command]()));
    expect(Object.keys(errors).length).toBeGreaterThan(0);
    for (const error of Object.values(errors))
      expect(error).toMatch(/password authentication failed/);
    expect(INDEXES.map((name) => stack.resource(name).outputs)).toEqual(before);
  },
);

test("an up takes a Connection's new password and changes no index; refresh and destroy use it from then on", async () => {
  const before = await built();
  // Goes before the PG* variables, which have the old one.
  stack.addEnv({ DATABASE_URL: urls.env, MAIN_URL: urls.env });
  expect((await stack.up()).changes).toEqual({ same: 5, update: 1 });
  await stack.refresh();
  expect((await stack.preview()).changes).toEqual({ same: 6 });
  expect(await built()).toEqual(before);
});

test("DATABASE_URL is read anew by every command, and is kept nowhere", async () => {
  await rotate("env");
  stack.addEnv({ DATABASE_URL: urls.env, MAIN_URL: urls.env });
  await stack.destroy();
  expect(await built()).toEqual([]);
  expect(stack.transcript + stack.state()).not.toContain("rotated-");
});
