import { Connection, Index } from "pulumi-pgindex";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { failureOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase("CREATE TABLE users (id int, email text)");
const args = { table: "users", name: "users_email_idx", columns: ["email"] };

let canary: Canary;
let url: string;
beforeAll(async () => {
  canary = await createCanary(database());
});
afterAll(() => canary.drop());
beforeEach(() => {
  url = canary.url;
});

let rotations = 0;

/** Gives the role another password; the URL with the old one is of no use any more. */
async function rotate(): Promise<void> {
  rotations += 1;
  const password = `rotated-${rotations}`;
  await database().query(`ALTER ROLE ${canary.role} PASSWORD '${password}'`);
  const changed = new URL(url);
  changed.password = password;
  url = changed.href;
}

const built = async () => (await indexesOf(database())).map(({ oid }) => oid);

test("DATABASE_URL is read anew by every command, and is kept nowhere", async () => {
  await rotate();
  const stack = await createStack(async () => void new Index("i", args), {
    backend,
    env: { DATABASE_URL: url },
  });
  await stack.up();
  const stored = stack.resources().filter(({ type }) => type.startsWith("pulumi:providers:"));
  expect(stored).toHaveLength(1);
  expect(JSON.stringify(stored)).not.toContain('"ciphertext"');
  const before = await built();
  await rotate();
  await failureOf(stack.refresh());
  stack.addEnv({ DATABASE_URL: url });
  await stack.refresh();
  expect((await stack.up()).changes).toEqual({ same: 2 });
  expect((await stack.preview()).changes).toEqual({ same: 2 });
  expect(await built()).toEqual(before);
  await rotate();
  stack.addEnv({ DATABASE_URL: url });
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
  expect(stack.transcript + stack.state()).not.toContain("rotated-");
});

test("a Connection's URL: an up takes the new password and changes no index; refresh and destroy use it from then on", async () => {
  await rotate();
  const stack = await createStack(
    async () => {
      const provider = new Connection("database", { url });
      new Index("i", args, { provider });
    },
    { backend },
  );
  await stack.up();
  const before = await built();
  await rotate();
  // The Connection itself.
  expect((await stack.up()).changes).toEqual({ same: 2, update: 1 });
  await stack.refresh();
  expect((await stack.preview()).changes).toEqual({ same: 3 });
  expect(await built()).toEqual(before);
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
});
