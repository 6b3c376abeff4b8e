import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { PgIndexError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { expectNothingOpen, serverHas } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { REFUSALS } from "./refusalCases.ts";
import { TABLE_REFUSALS } from "./refusalTableCases.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`
    CREATE TABLE t (id int, title text, data jsonb, created_at timestamptz);
    CREATE TABLE other (id int);
    CREATE INDEX taken_index ON other (id);
    CREATE VIEW taken_view AS SELECT 1 AS id;
    CREATE SEQUENCE taken_sequence;
    CREATE TYPE taken_type AS (id int);
    CREATE TABLE parent (id int, title text) PARTITION BY RANGE (id);
    CREATE TABLE grandparent (id int, title text) PARTITION BY RANGE (id);
    CREATE TABLE parent_by_title PARTITION OF grandparent DEFAULT PARTITION BY LIST (title);
    CREATE TABLE by_expression (id int) PARTITION BY RANGE (abs(id));
    CREATE TABLE partly_far (id int) PARTITION BY RANGE (id);
    CREATE FOREIGN DATA WRAPPER nowhere;
    CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
    CREATE FOREIGN TABLE far PARTITION OF partly_far DEFAULT SERVER nowhere;
    CREATE MATERIALIZED VIEW taken_matview AS SELECT 1 AS id;
    CREATE TABLE "T" ("Id" int);
    INSERT INTO t SELECT i FROM generate_series(1, 10) i`);
});
afterAll(async () => {
  await expectNothingOpen(db);
  await db.drop();
});

const BASE: Args = { table: "t", name: "t_idx", columns: ["id"] };
/** Everything that a statement of ours could have changed. */
async function catalog(): Promise<unknown> {
  return db.query(
    "SELECT oid, relname, relkind, relfilenode FROM pg_class WHERE relnamespace = " +
      "'public'::regnamespace ORDER BY oid",
  );
}

describe("refused in preview and run with one clear message, and nothing is changed", () => {
  test.each([...REFUSALS, ...TABLE_REFUSALS])("%s", async (_title, args, what, fix) => {
    const before = await catalog();
    const desired = await declare({ ...BASE, ...args });
    const recorder = record();
    const preview = await failureOf(previewIndex(targetOf(db.url), desired));
    const failure = await failureOf(
      ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx }),
    );
    expect(failure).toBeInstanceOf(PgIndexError);
    expect(preview.message).toBe(failure.message);
    const { advice } = failure as PgIndexError;
    expect(advice.what).toMatch(what);
    expect(advice.what).toContain(`${desired.schema}.${desired.name}`);
    expect(advice.fix).toMatch(fix);
    expect(await catalog()).toEqual(before);
    expect(recorder.lines).toEqual([]);
  });
});

test("a virtual generated column, which PostgreSQL 18 cannot index yet", async ({ skip }) => {
  skip(!serverHas(180000), "PostgreSQL has these columns from 18 on");
  await db.query("ALTER TABLE t ADD COLUMN twice int GENERATED ALWAYS AS (id * 2) VIRTUAL");
  const desired = await declare({ ...BASE, columns: ["twice"] });
  const { message } = await failureOf(previewIndex(targetOf(db.url), desired));
  expect(message).toMatch(/virtual generated columns are not supported\n/);
});
