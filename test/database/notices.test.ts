// What the server says beside its answers reaches the index's row: once, and without a row's values.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`
    CREATE TABLE t (a text);
    INSERT INTO t SELECT 'hush-' || i FROM generate_series(1, 50) i;
    CREATE FUNCTION loud(v text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
      BEGIN RAISE WARNING 'row %', v USING HINT = v; RETURN v; END $$`);
});
afterAll(() => db.drop());
afterEach(() => db.query("DROP INDEX IF EXISTS i"));

async function linesOfBuild(args: Args, url = db.url): Promise<string[]> {
  const desired = await declare({ table: "t", name: "i", columns: ["a"], ...args });
  const { ctx, lines } = record();
  await ensureIndex({ database: targetOf(url), desired, ctx });
  return lines.filter((line) => line.includes("PostgreSQL says"));
}

test("nothing where the server says nothing", async () => {
  expect(await linesOfBuild({})).toEqual([]);
});

test("a function that raises one for each row is told of once, and no row is", async () => {
  const lines = await linesOfBuild({ columns: [{ expression: "loud(a)" }] });
  expect(lines).toEqual([expect.stringMatching(/^info: build i: .* raises notices \(not shown/)]);
  expect(lines.join()).not.toContain("hush");
});

test("also for a role that would hide them, or that would have everything shown", async () => {
  for (const level of ["error", "debug5"]) {
    const url = Object.assign(new URL(db.url), {
      search: `?options=-c%20client_min_messages%3D${level}`,
    }).href;
    const lines = await linesOfBuild({ columns: [{ expression: "loud(a)" }] }, url);
    expect(lines, level).toEqual([expect.stringContaining("raises notices")]);
    await db.query("DROP INDEX i");
  }
});
