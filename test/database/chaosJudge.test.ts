// The judge of npm run chaos must see what it is there to see.
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeTables } from "../../chaos/application/chaosTables.ts";
import { withClient } from "../../chaos/chaosServer.ts";
import { indexesLeft, judge } from "../../chaos/judge/catalogJudge.ts";
import { keepsakesLost, makeKeepsakes } from "../../chaos/judge/keepsakes.ts";
import { declarationsFor } from "../../chaos/stacks/declarations.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const declarations = declarationsFor("first", 1);
let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
  await withClient(db.url, (client) => makeTables(client, 50));
});
afterAll(() => db?.drop());

beforeEach(async () => {
  await withClient(db.url, async (client) => {
    await client.query("ALTER TABLE app.payments DROP CONSTRAINT IF EXISTS payments_unique_idx");
    for (const each of declarations) await rebuild(client, each);
    await client.query(
      "ALTER TABLE app.payments ADD CONSTRAINT payments_unique_idx UNIQUE USING INDEX " +
        "payments_unique_idx",
    );
  });
});

async function rebuild(client: pg.Client, each: (typeof declarations)[number]): Promise<void> {
  const { args, clauses, unique } = each;
  await client.query(`DROP INDEX IF EXISTS app.${args.name}`);
  await client.query(
    `CREATE ${unique ? "UNIQUE" : ""} INDEX ${args.name} ON app.${args.table} ${clauses}`,
  );
}

/** What it finds after the statements. */
function findings(...sqls: string[]): Promise<string[]> {
  return withClient(db.url, async (client) => {
    for (const sql of sqls) await client.query(sql);
    return judge(client, declarations, 0);
  });
}

test("it finds nothing where everything is as declared", async () => {
  expect(await findings()).toEqual([]);
  expect(await withClient(db.url, indexesLeft)).toHaveLength(25 + 5 * 3);
});

test("a missing and another index", async () => {
  const found = await findings(
    "DROP INDEX app.orders_gin_idx",
    "DROP INDEX app.orders_plain_idx",
    "CREATE INDEX orders_plain_idx ON app.orders (state)",
  );
  expect(found).toEqual([
    expect.stringContaining("orders_plain_idx is CREATE INDEX"),
    expect.stringContaining("orders_gin_idx is missing"),
  ]);
});

test("a constraint without which the index stands", async () => {
  const found = await findings(
    "ALTER TABLE app.payments DROP CONSTRAINT payments_unique_idx",
    "CREATE UNIQUE INDEX payments_unique_idx ON app.payments (code)",
  );
  expect(found).toEqual(["the constraint of payments is missing"]);
});

test("an INVALID index, a temporary name, and an index that is not attached", async () => {
  const found = await findings(
    "CREATE INDEX orders_gin_idx_pgindex_old ON app.orders (id)",
    "CREATE INDEX alone ON app.events_1 (id)",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.orders_plain_idx'::regclass",
  );
  await withClient(db.url, (client) =>
    client.query("DROP INDEX app.orders_gin_idx_pgindex_old, app.alone"),
  );
  expect(found).toEqual([
    expect.stringContaining("app.alone of partition app.events_1 is not attached"),
    expect.stringContaining("app.orders_gin_idx_pgindex_old on app.orders: valid t"),
    expect.stringContaining("app.orders_plain_idx on app.orders: valid f"),
  ]);
});

test("a partition without an index, though PostgreSQL takes the parent for valid", async () => {
  const found = await findings(
    "DELETE FROM pg_inherits WHERE inhparent = 'app.events_plain_idx'::regclass AND inhrelid = " +
      "(SELECT indexrelid FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid " +
      "WHERE inhparent = 'app.events_plain_idx'::regclass AND indrelid = 'app.events_1'::regclass)",
  );
  expect(found).toEqual([
    "events_plain_idx has no valid index on partition app.events_1",
    expect.stringMatching(/^app\.events_1_\w+ of partition app\.events_1 is not attached$/),
  ]);
});

test("a mark on an index that nobody declares", async () => {
  const mark = "managed by Pulumi: chaos/left, x [pgindex 1 built stack=a urn=b id=c db=d]";
  const found = await findings(
    "CREATE INDEX other_tool_old_7 ON app.orders (id)",
    `COMMENT ON INDEX app.other_tool_old_7 IS '${mark}'`,
  );
  await withClient(db.url, (client) => client.query("DROP INDEX app.other_tool_old_7"));
  expect(found).toEqual([`other_tool_old_7 is marked, and nobody declares it: ${mark}`]);
});

test.each([
  ["dropped", "DROP INDEX app.other_tool_keeps_orders"],
  ["renamed", "ALTER INDEX app.other_tool_keeps_orders RENAME TO other_tool_keeps_nothing"],
  ["marked", "COMMENT ON INDEX app.other_tool_keeps_orders IS 'managed by Pulumi: …'"],
  ["rebuilt", "REINDEX INDEX CONCURRENTLY app.other_tool_keeps_orders"],
])("an index of another tool that was %s", async (_how, sql) => {
  const lost = await withClient(db.url, async (client) => {
    const keepsakes = await makeKeepsakes(client);
    expect(await keepsakesLost(client, keepsakes)).toEqual([]);
    await client.query(sql);
    const found = await keepsakesLost(client, keepsakes);
    for (const name of [...keepsakes.values(), "other_tool_keeps_nothing"])
      await client.query(`DROP INDEX IF EXISTS app.${name}`);
    return found;
  });
  expect(lost).toEqual(["another tool's index other_tool_keeps_orders does not stand as it was"]);
});

test("a row that the index does not know", async () => {
  const found = await findings(
    "UPDATE pg_index SET indisready = false WHERE indexrelid = 'app.orders_plain_idx'::regclass",
    "UPDATE app.orders SET state = 'lost', created_at = now() WHERE id = 7",
    "UPDATE pg_index SET indisready = true WHERE indexrelid = 'app.orders_plain_idx'::regclass",
  );
  expect(found).toEqual([expect.stringContaining("app.orders_plain_idx is corrupt")]);
});

test("a lock and a session of ours", async () => {
  const found = await findings(
    "SELECT pg_advisory_lock(1, 2)",
    "SET application_name = 'pgindex build x'",
  );
  expect(found).toEqual([
    expect.stringMatching(/^session \d+ \(pgindex build x, active\) is left/),
    expect.stringContaining("the advisory lock 2 is still held"),
  ]);
});
