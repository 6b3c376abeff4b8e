// From staging's database to production's, by two stacks and the real CLI.
import {
  Connection,
  Index,
  type IndexArgs,
  PromotionGate,
  type PromotionGateArgs,
  promotionEvidence,
  Verification,
} from "pulumi-pgindex";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, until } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf, type Run } from "../support/pulumi/pulumiRun.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const backend = createBackend();
const databases: TestDatabase[] = [];
let there: TestDatabase;
let here: TestDatabase;
let staging: TestStack;
let production: TestStack;
let args: IndexArgs;
let asked: Partial<PromotionGateArgs> = {};

async function withUsers(): Promise<TestDatabase> {
  const database = await createDatabase();
  databases.push(database);
  await database.query("CREATE TABLE users (id int, email text, note text)");
  await database.query(
    "INSERT INTO users SELECT n, n || '@x.test', repeat('x', 60) FROM generate_series(1, 20000) n",
  );
  await database.query("VACUUM ANALYZE users");
  return database;
}

const declared = (change: Partial<IndexArgs> = {}): IndexArgs => ({
  table: "users",
  name: "users_email_idx",
  columns: ["email"],
  serves: [
    {
      name: "by e-mail",
      sql: "SELECT * FROM users WHERE email = $1",
      sample: "SELECT email FROM users ORDER BY id LIMIT 2",
      runs: 2,
    },
  ],
  ...change,
});

beforeAll(async () => {
  [there, here] = [await withUsers(), await withUsers()];
  args = declared();
  staging = await createStack(
    async () => {
      const provider = new Connection("database", { url: there.url });
      const index = new Index("index", args, { provider });
      const verification = new Verification("proof", { index });
      return { evidence: promotionEvidence([{ index, verification }]) };
    },
    { backend, name: "staging" },
  );
  production = await createStack(
    async () => {
      const provider = new Connection("database", { url: here.url });
      const gate = new PromotionGate("gate", {
        indexes: [args],
        stack: "staging",
        soak: "1s",
        ...asked,
      });
      new Index("index", { ...args, gate }, { provider });
    },
    { backend, name: "production" },
  );
}, 60_000);
afterAll(async () => {
  for (const database of databases) await database.drop();
});

/** As the application does; counted as soon as its session has ended. */
async function traffic(): Promise<void> {
  const counter = "SELECT idx_scan::int AS scans FROM pg_stat_all_indexes WHERE indexrelname = $1";
  const scans = async () => (await there.query<{ scans: number }>(counter, [args.name]))[0]?.scans;
  const before = (await scans()) ?? 0;
  const client = await there.connect();
  for (let i = 0; i < 5; i += 1)
    await client.query("SELECT * FROM users WHERE email = $1", [`${i}@x.test`]);
  await client.end();
  await until("the scans are counted", async () => ((await scans()) ?? 0) >= before + 5);
}

/** Staging proves what stands there: time passes, the application scans, and it is measured. */
async function proveThere(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await traffic();
  await staging.refreshOutputs();
}

const refusal = async (run: Promise<Run>, resource = "gate") =>
  errorsOf(await failureOf(run), resource);
const standing = async (database: TestDatabase) =>
  (await indexesOf(database)).map(({ definition }) => definition.replace(/.* USING /, ""));

test("production waits until staging was measured after the soak", async () => {
  await staging.up();
  await traffic();
  asked = { soak: "1h" };
  expect(await refusal(production.preview())).toMatch(
    /it has soaked .* of 1h: .* left, until .*; it was last measured at/,
  );
  asked = {};
  await proveThere();
  await production.up();
  expect(await standing(here)).toEqual(["btree (email)"]);
  expect(Object.keys((await production.preview()).changes)).not.toContain("update");
});

test("--target does not go round the gate: the index knows it", async () => {
  args = declared({ columns: ["email", "id"] });
  expect(await refusal(production.upOnly("index"), "index")).toMatch(
    /refused: a gate of public\.users_email_idx has not let this definition pass/,
  );
  expect(await standing(here)).toEqual(["btree (email)"]);
});

test("a statement of --target does not mix with the queries and scans of before", async () => {
  await staging.upOnly("index");
  expect(await standing(there)).toEqual(["btree (email, id)"]);
  expect(await refusal(production.preview())).toMatch(
    /contradicts itself: the statement is of the index with OID \d+, .* OID \d+; run pulumi up there/,
  );
  await staging.up();
  await proveThere();
  await production.up();
  expect(await standing(here)).toEqual(["btree (email, id)"]);
});

test("an index that was redefined by hand on staging proves nothing", async () => {
  args = declared({ columns: ["email", "note"] });
  await staging.up();
  await there.query("DROP INDEX users_email_idx");
  await there.query("CREATE INDEX users_email_idx ON users (email)");
  await proveThere();
  expect(await refusal(production.preview())).toMatch(
    /missing: the index there is redefined outside: columns/,
  );
});

test("one that was dropped and built again by hand soaks anew", async () => {
  await there.query("DROP INDEX users_email_idx");
  await there.query("CREATE INDEX users_email_idx ON users (email, note)");
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await traffic();
  await staging.refreshOutputs();
  asked = { soak: "1h" };
  const said = await refusal(production.preview());
  expect(said).toMatch(/missing: it has soaked .* of 1h/);
  expect(said).toMatch(/missing: traffic has scanned it 0 times there/);
  asked = {};
  await staging.up();
  await proveThere();
  await production.preview();
});

test("staging's own database is not production", async () => {
  const own = here;
  here = there;
  args = declared({ columns: ["email", "note"], comment: "by e-mail" });
  await staging.up();
  await proveThere();
  expect(await refusal(production.up(), "index")).toMatch(
    /was proved on this stack's own database/,
  );
  here = own;
});

test("an override in the configuration ends with the definition that it names", async () => {
  args = declared({ columns: ["email", "note", "id"] });
  const said = await refusal(production.preview());
  const [, override = ""] = said.match(/pulumi config set pgindex:override '(.*?)'/) ?? [];
  asked = { override };
  await production.preview();
  args = declared({ columns: ["id"] });
  expect(await refusal(production.preview())).toMatch(/override is for the definition/);
});
