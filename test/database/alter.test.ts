import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { hold, settle, stateOf, until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t");
});
afterAll(() => db.drop());

/** Builds the index of a primary key, whose last and short step waits for a reader of the table. */
async function waitForReader() {
  await db.query("CREATE TABLE t (a int NOT NULL)");
  const reader = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  const { ctx, lines, statuses } = record();
  const desired = await declare({
    table: "t",
    name: "t_pk",
    columns: ["a"],
    constraint: "primaryKey",
  });
  const ensuring = ensureIndex({ database: targetOf(db.url), desired, ctx });
  ensuring.catch(() => undefined);
  await until("it waits for the reader", async () =>
    statuses.some((line) => /^waiting to alter public\.t_pk .*: pid \d+ /.test(line)),
  );
  const [builder] = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name = 'pgindex build t_pk' AND datname = current_database()`,
  );
  return { reader, lines, ensuring, pid: builder?.pid };
}

test("a short step whose session somebody ends is done by the next attempt", async () => {
  const { reader, lines, ensuring, pid } = await waitForReader();
  await db.query("SELECT pg_terminate_backend($1)", [pid]);
  await reader.release();
  expect(await ensuring).toMatchObject({ live: { valid: true, constraint: "t_pk" } });
  expect(lines.join("\n")).toMatch(/^info: attempt 1 was interrupted \(.*connection/im);
});

test("what the server refuses in a short step is final and leaves nothing behind", async () => {
  const { reader, ensuring } = await waitForReader();
  // It is tried after somebody else was faster.
  await reader.client.query("ALTER TABLE t ADD COLUMN b int PRIMARY KEY");
  await reader.client.query("COMMIT");
  expect((await failureOf(ensuring)).message).toMatch(
    /multiple primary keys for table "t" are not allowed\n.*SQLSTATE 42P16/,
  );
  expect(await stateOf(db, "t_pk")).toBe("t/t/t");
});
