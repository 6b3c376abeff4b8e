import { afterAll, afterEach, beforeEach } from "vitest";
import { createDatabase, type TestDatabase } from "../server/database.ts";
import { settle } from "./engineDatabase.ts";

/**
 * A database for all tests of a file, with a table `t` of 100 rows for each of them anew. To be
 * called once, at the top.
 */
export async function useTable(): Promise<TestDatabase> {
  const db = await createDatabase();
  beforeEach(async () => {
    await db.query("CREATE TABLE t (a int, b int)");
    await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
  });
  afterEach(async () => {
    await settle(db);
    await db.query("DROP TABLE IF EXISTS t");
  });
  afterAll(() => db.drop());
  return db;
}
