import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

test("the server has what the tests rely on", async () => {
  const [row] = await database.query(
    `SELECT current_setting('max_connections')::int AS connections,
            current_setting('max_prepared_transactions')::int AS prepared,
            current_setting('server_encoding') AS encoding,
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
            current_setting('server_version_num')::int AS version`,
  );
  expect(row).toEqual({
    connections: 200,
    prepared: 20,
    encoding: "UTF8",
    superuser: true,
    version: inject("server").versionNumber,
  });
});

test("a database is its own, and goes with its sessions and prepared transactions", async () => {
  const other = await createDatabase();
  await other.query("CREATE TABLE only_here ()");
  expect(await database.query("SELECT to_regclass('only_here') AS found")).toEqual([
    { found: null },
  ]);

  const session = await other.connect();
  await session.query("BEGIN; CREATE TABLE pending (); PREPARE TRANSACTION 'left behind'");
  await session.query("BEGIN; LOCK TABLE only_here");
  await other.drop();
  expect(
    await database.query("SELECT FROM pg_database WHERE datname = $1", [other.name]),
  ).toHaveLength(0);
});
