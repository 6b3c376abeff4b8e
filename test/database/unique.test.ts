import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { hold, settle, stateOf, untilWaiting } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  // Stops a build in the middle of its scan, until the test gives the lock back.
  await db.query(
    `CREATE FUNCTION slowly(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN v; END $$`,
  );
});
afterAll(() => db.drop());

beforeEach(async () => {
  await db.query("CREATE TABLE t (id int, email text)");
  await db.query("INSERT INTO t SELECT i, 'u' || i FROM generate_series(1, 100) i");
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t");
});

async function failure(args: Args): Promise<string> {
  const desired = await declare({ table: "t", name: "t_key", unique: true, ...args });
  return (await failureOf(ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx })))
    .message;
}

/** Nothing is left of the index, and the application may write what it likes. */
async function expectNothingLeft(): Promise<void> {
  expect(await stateOf(db, "t_key")).toBeUndefined();
  await db.query("INSERT INTO t VALUES (7, 'u7')");
}

test("duplicates: the message has a query for them and no value; nothing is left", async () => {
  await db.query("INSERT INTO t VALUES (101, 'U7'), (102, 'u7')");
  const message = await failure({ columns: [{ expression: "lower(email)" }], predicate: "id > 0" });
  expect(message).toMatch(
    /^the build of index public\.t_key on public\.t failed: could not create unique index "t_key"\n/,
  );
  expect(message).not.toContain("u7");
  expect(message).toMatch(/SQLSTATE 23505; its INVALID leftover was dropped/);
  await expectNothingLeft();

  const [, query = ""] = /to list them: (.*);/.exec(message) ?? [];
  expect(await db.query(query)).toEqual([{ lower: "u7", count: "4" }]);
});

test("a duplicate during the build: nothing is left that would reject rows", async () => {
  const lock = await hold(db, "BEGIN", "SELECT pg_advisory_xact_lock(77)");
  const failed = failure({ columns: [{ expression: "slowly(id)" }] });
  await untilWaiting(db, "CREATE UNIQUE INDEX CONCURRENTLY");
  await db.query("INSERT INTO t VALUES (7, 'late')");
  await lock.release();
  expect(await failed).toMatch(/duplicate key[\s\S]*its INVALID leftover was dropped/);
  await expectNothingLeft();
});

test("other errors of the data leave nothing either, and are not tried again", async () => {
  const message = await failure({ columns: [{ expression: "1 / (id - 50)" }] });
  expect(message).toMatch(
    /failed: division by zero\n.*SQLSTATE 22012; its INVALID leftover was dropped\n.*nullif/,
  );
  await expectNothingLeft();

  await db.query(
    "UPDATE t SET email = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 600) " +
      "i) WHERE id = 1",
  );
  const tooLong = await failure({ columns: ["email"] });
  expect(tooLong).toMatch(/SQLSTATE 54000; its INVALID leftover was dropped\n.*md5\(column\)/);
  await expectNothingLeft();
});

test("once the duplicates are removed, the index is built", async () => {
  await db.query("INSERT INTO t VALUES (7, 'u7')");
  expect(await failure({ columns: ["id"] })).toMatch(/23505/);
  await db.query("DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t WHERE id = 7)");
  const desired = await declare({ table: "t", name: "t_key", unique: true, columns: ["id"] });
  expect(
    (await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx })).live.valid,
  ).toBe(true);
  await expect(db.query("INSERT INTO t VALUES (7, 'u7')")).rejects.toThrow(/duplicate key/);
});
