// From staging's database to production's: each resource is asked as the engine asks it, with what
// the programs of two stacks hand on.
import type { IndexArgs, PromotionGateArgs } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { declarationOf } from "../../providers/pgindex/src/resources/resourceParts.ts";
import { indexesOf, until, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import type { TestDatabase } from "../support/server/database.ts";
import { Production, Staging } from "./promotionStacks.ts";
import { type Opened, oneProvider, refusalOf } from "./resource.ts";

const USERS = [
  "CREATE TABLE users (id int, email text, note text)",
  "INSERT INTO users SELECT n, n || '@x.test', repeat('x', 60) FROM generate_series(1, 20000) n",
  "VACUUM ANALYZE users",
] as const;
const there = useDatabase(...USERS);
const here = useDatabase(...USERS);

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
let args = declared();
let asked: Partial<PromotionGateArgs> = {};

const gated = () => ({
  indexes: [declarationOf(args)],
  stack: "organization/tests/staging",
  evidence: staging.evidence,
  soak: "1s",
  ...asked,
});

const gate = oneProvider({});
let onStaging: () => Promise<Opened>;
let staging: Staging;
let production: Production;
beforeAll(() => {
  onStaging = oneProvider({}, { "pgindex:url": there().url });
  staging = new Staging(onStaging, () => args);
  const index = oneProvider({}, { "pgindex:url": here().url });
  production = new Production({ gate, index }, () => args, gated);
});

/** As the application does; counted as soon as its session has ended. */
async function traffic(): Promise<void> {
  const counter = "SELECT idx_scan::int AS scans FROM pg_stat_all_indexes WHERE indexrelname = $1";
  const scans = async () =>
    (await there().query<{ scans: number }>(counter, [args.name]))[0]?.scans;
  const before = (await scans()) ?? 0;
  const client = await there().connect();
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

const standing = async (database: TestDatabase) =>
  (await indexesOf(database)).map(({ definition }) => definition.replace(/.* USING /, ""));

test("production waits until staging was measured after the soak", async () => {
  await staging.up();
  await traffic();
  asked = { soak: "1h" };
  expect(await refusalOf(production.preview())).toMatch(
    /it has soaked .* of 1h: .* left, until .*; it was last measured at/,
  );
  asked = {};
  await proveThere();
  await production.up();
  expect(await standing(here())).toEqual(["btree (email)"]);
  expect(await production.preview()).not.toContain("update");
});

test("--target does not go round the gate: the index knows it", async () => {
  args = declared({ columns: ["email", "id"] });
  expect(await refusalOf(production.upOnly())).toMatch(
    /refused: a gate of public\.users_email_idx has not let this definition pass/,
  );
  expect(await standing(here())).toEqual(["btree (email)"]);
});

test("a statement of --target does not mix with the queries and scans of before", async () => {
  await staging.upOnly();
  expect(await standing(there())).toEqual(["btree (email, id)"]);
  expect(await refusalOf(production.preview())).toMatch(
    /contradicts itself: the statement is of the index with OID \d+, .* OID \d+; run pulumi up there/,
  );
  await staging.up();
  await proveThere();
  await production.up();
  expect(await standing(here())).toEqual(["btree (email, id)"]);
});

test("an index that was redefined by hand on staging proves nothing", async () => {
  args = declared({ columns: ["email", "note"] });
  await staging.up();
  await there().query("DROP INDEX users_email_idx");
  await there().query("CREATE INDEX users_email_idx ON users (email)");
  await proveThere();
  expect(await refusalOf(production.preview())).toMatch(
    /missing: the index there is redefined outside: columns/,
  );
});

test("one that was dropped and built again by hand soaks anew", async () => {
  await there().query("DROP INDEX users_email_idx");
  await there().query("CREATE INDEX users_email_idx ON users (email, note)");
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await traffic();
  await staging.refreshOutputs();
  asked = { soak: "1h" };
  const said = await refusalOf(production.preview());
  expect(said).toMatch(/missing: it has soaked .* of 1h/);
  expect(said).toMatch(/missing: traffic has scanned it 0 times there/);
  asked = {};
  await staging.up();
  await proveThere();
  await production.preview();
});

test("staging's own database is not production", async () => {
  args = declared({ columns: ["email", "note"], comment: "by e-mail" });
  await staging.up();
  await proveThere();
  expect(
    await refusalOf(new Production({ gate, index: onStaging }, () => args, gated).up()),
  ).toMatch(/was proved on this stack's own database/);
});

test("an override in the configuration ends with the definition that it names", async () => {
  args = declared({ columns: ["email", "note", "id"] });
  const said = await refusalOf(production.preview());
  const [, override = ""] = said.match(/pulumi config set pgindex:override '(.*?)'/) ?? [];
  asked = { override };
  await production.preview();
  args = declared({ columns: ["id"] });
  expect(await refusalOf(production.preview())).toMatch(/override is for the definition/);
});
