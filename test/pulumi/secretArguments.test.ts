// An argument that is a secret: what Pulumi shows and stores of the index, its verification and its
// gate says nothing of it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Index, PromotionGate, Verification } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { failureOf } from "../support/pulumi/pulumiRun.ts";
import { pgindex } from "../support/tools/cli.ts";

const database = useDatabase(
  "CREATE TABLE users (id int, canary_customer text)",
  "INSERT INTO users SELECT n, 'canary-acme' FROM generate_series(1, 100) n",
);
const backend = createBackend();
let stack: TestStack;
let predicate = "canary_customer = 'canary-acme'";
let hasGate = false;
beforeAll(async () => {
  stack = await createStack(program, { backend, env: { DATABASE_URL: database().url } });
});

function declaration() {
  return {
    table: "users",
    name: "users_secret_idx",
    columns: ["id", { expression: pulumi.secret("md5('canary-pepper' || canary_customer)") }],
    predicate: pulumi.secret(predicate),
  };
}

async function program(): Promise<void> {
  const query = { name: "by id", sql: "SELECT FROM users WHERE id = $1", values: [7], runs: 1 };
  const args = declaration();
  const index = new Index("secret", {
    ...args,
    serves: [{ ...query, expect: { usesIndex: false } }],
  });
  new Verification("proof", { index });
  if (hasGate) new PromotionGate("gate", { indexes: [args], evidence: {}, soak: "0s" });
}

function expectNoCanary(): void {
  const lines = `${stack.transcript}\n${stack.state()}`.split("\n");
  expect(lines.filter((line) => /canary[-_]/.test(line))).toEqual([]);
}

test("what was in clear before is not, once it is a secret", async () => {
  const clear = { table: "users", name: "users_clear_idx", columns: ["id"] };
  const predicate = "canary_customer = 'late-canary'";
  let isSecret = false;
  const late = await createStack(
    async () => {
      const args = { ...clear, predicate: isSecret ? pulumi.secret(predicate) : predicate };
      const index = new Index("late", args);
      new Verification("proof", { index });
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  await late.up();
  expect(late.state()).toContain("late-canary");
  isSecret = true;
  await late.up();
  expect(late.state()).not.toContain("late-canary");
  expect((await late.preview()).changes).toEqual({ same: 3 });
  await late.destroy();
});

test("neither shown by a preview and a build, nor stored", async () => {
  await stack.preview();
  expect(stack.transcript).toMatch(/builds the index.*CREATE INDEX.*\[secret\]/);
  await stack.up();
  expect(await indexesOf(database())).toMatchObject([
    { definition: expect.stringMatching(/canary-pepper.*WHERE \(canary_customer = 'canary-acme'/) },
  ]);
  expectNoCanary();
  expect((await stack.preview()).changes).toEqual({ same: 3 });
});

test("nor by the commands that read the state", async () => {
  const file = join(backend.directory, "state.json");
  const { latest: deployment } = JSON.parse(stack.state()).checkpoint;
  writeFileSync(file, JSON.stringify({ version: 3, deployment }));
  const environment = { DATABASE_URL: database().url, PATH: process.env.PATH ?? "" };
  for (const command of [["status"], ["report", "--format", "markdown"], ["report", "--json"]]) {
    const { out, err } = await pgindex([...command, "--state", file], environment);
    expect(out, command[0]).toContain("users_secret_idx");
    expect(out).toContain("valid");
    expect(out + err).not.toMatch(/canary/);
  }
});

test("nor by a change, a drift, an error, a gate and a destroy", async () => {
  predicate = "canary_customer = 'canary-beta'";
  await stack.up();
  await database().query("DROP INDEX users_secret_idx");
  await database().query("CREATE INDEX users_secret_idx ON users (id) WHERE canary_customer > 'b'");
  await stack.refresh();
  expect(stack.transcript).toMatch(/redefined outside/);
  await stack.up();
  predicate = "canary_gone = 'canary-beta'";
  expect((await failureOf(stack.preview())).text).toMatch(/column .*does not exist/);
  predicate = "canary_customer = 'canary-beta'";
  hasGate = true;
  expect((await failureOf(stack.preview())).text).toMatch(/gate/);
  hasGate = false;
  await stack.destroy();
  expectNoCanary();
});
