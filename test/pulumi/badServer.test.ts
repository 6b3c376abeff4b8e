import { Index } from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE t (a int)");
let canary: Canary;
let stack: TestStack;
let isNewDeclared = false;

beforeAll(async () => {
  canary = await createCanary(database());
  const { hostname, port, pathname } = new URL(canary.url);
  stack = await createStack(
    async () => {
      new Index("built", { table: "t", name: "built_idx", columns: ["a"] });
      if (isNewDeclared) new Index("new", { table: "t", name: "new_idx", columns: ["a"] });
    },
    {
      backend,
      env: {
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: canary.role,
        PGPASSWORD: canary.password,
        PGDATABASE: pathname.slice(1),
      },
    },
  );
  await stack.up();
  isNewDeclared = true;
});
afterAll(async () => {
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
  canary.assertAbsent(stack.transcript + stack.state());
  await canary.drop();
});

test("what comes from the PG* variables leaves nothing in the state", () => {
  const stored = stack.resources().filter(({ type }) => type.startsWith("pulumi:providers:"));
  expect(stored).toHaveLength(1);
  expect(JSON.stringify(stored)).not.toContain('"ciphertext"');
});

test("with a wrong password preview tells it, refresh and destroy lose nothing", async () => {
  const state = stack.resource("built");
  stack.addEnv({ PGPASSWORD: `${canary.password}x` });
  const errors = errorsOf(await failureOf(stack.preview()), "new");
  expect(errors).toMatch(/cannot connect to .* as canary_\w+\n.*password authentication failed/);
  expect(errors).toMatch(/fix: correct the user and password/);
  for (const command of ["refresh", "destroy"] as const) {
    const refused = errorsOf(await failureOf(stack[command]()), "built");
    expect(refused).toMatch(/password authentication failed/);
    expect(stack.resource("built")).toMatchObject({ outputs: state.outputs });
  }
  stack.addEnv({ PGPASSWORD: canary.password });
});
