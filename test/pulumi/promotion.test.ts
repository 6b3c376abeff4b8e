// What --target leaves out, by two stacks and the real CLI. What else a gate is told of staging:
// test/provider/promotion.test.ts.
import {
  Connection,
  Index,
  type IndexArgs,
  PromotionGate,
  promotionEvidence,
  Verification,
} from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";
import type { TestDatabase } from "../support/server/database.ts";

const USERS = [
  "CREATE TABLE users (id int, email text)",
  "INSERT INTO users SELECT n, n || '@x.test' FROM generate_series(1, 20000) n",
  "VACUUM ANALYZE users",
] as const;
const backend = createBackend();
const there = useDatabase(...USERS);
const here = useDatabase(...USERS);
let staging: TestStack;
let production: TestStack;
let args: IndexArgs = {
  table: "users",
  name: "users_email_idx",
  columns: ["email"],
  serves: [{ name: "by e-mail", sql: "SELECT * FROM users WHERE email = $1", values: ["a"] }],
};

beforeAll(async () => {
  staging = await createStack(
    async () => {
      const provider = new Connection("database", { url: there().url });
      const index = new Index("index", args, { provider });
      const verification = new Verification("proof", { index });
      return { evidence: promotionEvidence([{ index, verification }]) };
    },
    { backend, name: "staging" },
  );
  production = await createStack(
    async () => {
      const provider = new Connection("database", { url: here().url });
      const gate = new PromotionGate("gate", { indexes: [args], stack: "staging", soak: "1s" });
      new Index("index", { ...args, gate }, { provider });
    },
    { backend, name: "production" },
  );
});

const standing = async (database: TestDatabase) =>
  (await indexesOf(database)).map(({ definition }) => definition.replace(/.* USING /, ""));

test("--target does not go round the gate: the index knows it", async () => {
  expect(errorsOf(await failureOf(production.upOnly("index")), "index")).toMatch(
    /refused: a gate of public\.users_email_idx has not let this definition pass/,
  );
  expect(await standing(here())).toEqual([]);
});

test("a statement of --target does not mix with the queries and scans of before", async () => {
  await staging.up();
  args = { ...args, columns: ["email", "id"] };
  await staging.upOnly("index");
  expect(await standing(there())).toEqual(["btree (email, id)"]);
  expect(errorsOf(await failureOf(production.preview()), "gate")).toMatch(
    /contradicts itself: the statement is of the index with OID \d+, .* OID \d+; run pulumi up there/,
  );
});
