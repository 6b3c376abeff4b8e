import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { PgIndexError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { expectNothingOpen, serverHas } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { CHANGING, MOMENTS, NAMES } from "./adviceCases.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`
    CREATE SCHEMA ext;
    CREATE SCHEMA app;
    CREATE EXTENSION pg_trgm SCHEMA ext;
    CREATE TYPE state AS ENUM ('new', 'done');
    CREATE TYPE ext.mood AS ENUM ('good');
    CREATE TABLE t (id int, title text, data jsonb, created_at timestamptz, created_on timestamp,
                    raw json, state state);
    CREATE TABLE messages (id int);
    CREATE TABLE app."Orders" (id int);
    CREATE COLLATION ext.ours FROM "C";
    CREATE FUNCTION ext.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
    CREATE FUNCTION ext.stamp(text) RETURNS text STABLE LANGUAGE plpgsql
      AS 'BEGIN RETURN $1; END';
    CREATE FUNCTION ext.same(text, text) RETURNS boolean LANGUAGE plpgsql
      AS 'BEGIN RETURN $1 = $2; END';
    CREATE OPERATOR ext.=== (FUNCTION = ext.same, LEFTARG = text, RIGHTARG = text);
    CREATE FUNCTION public.shorten(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
      AS 'BEGIN RETURN helper($1); END';
    CREATE FUNCTION public.helper(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT left($1, 3)';
    INSERT INTO t (id, title) SELECT i, i FROM generate_series(1, 10) i`);
});
afterAll(async () => {
  await expectNothingOpen(db);
  await db.drop();
});

async function adviceOn(args: Args) {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["id"], ...args });
  const error = await failureOf(previewIndex(targetOf(db.url), desired));
  expect(error).toBeInstanceOf(PgIndexError);
  return (error as PgIndexError).advice;
}

async function failedBuild(args: Args) {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["id"], ...args });
  const request = { database: targetOf(db.url), desired, ctx: record().ctx };
  const error = await failureOf(ensureIndex(request));
  expect(error).toBeInstanceOf(PgIndexError);
  return (error as PgIndexError).advice;
}

describe("a name that does not exist: what was meant, or where it is", () => {
  test.each(NAMES)("%s", async (_title, args, why, fix) => {
    const advice = await adviceOn(args);
    expect(advice.why).toMatch(why);
    expect(`${advice.fix} ${advice.otherwise ?? ""}`).toMatch(fix);
  });
});

describe("a result that changes: which function, and what to write instead", () => {
  test.each(CHANGING)("%s", async (_title, args, why, fix) => {
    const advice = await adviceOn(args);
    expect(advice.what).toMatch(/IMMUTABLE/);
    expect(advice.why).toMatch(why);
    expect(advice.fix).toMatch(fix);
  });
});

describe("a time that is read once, when the index is built", () => {
  test.each(MOMENTS)("%s", async (_title, args, why, fix) => {
    const advice = await adviceOn(args);
    expect(advice.why).toMatch(why);
    expect(advice.fix).toMatch(fix);
  });

  test.each([
    "title = 'now'",
    "data ->> 'today' = 'x'",
    "created_on > 'epoch'",
    "title ~ 'yesterday$'",
  ])("not %s", async (predicate) => {
    const desired = await declare({ table: "t", name: "t_idx", columns: ["id"], predicate });
    await expect(previewIndex(targetOf(db.url), desired)).resolves.toBeDefined();
  });
});

test("what was advised is what PostgreSQL takes", async () => {
  const taken: Args[] = [
    { columns: [{ expression: "date_trunc('day', created_at AT TIME ZONE 'UTC')" }] },
    { columns: [{ expression: "(created_at AT TIME ZONE 'UTC')::date" }] },
    { columns: [{ expression: "coalesce(title, '') || ' ' || coalesce(title, '')" }] },
    { columns: [{ expression: "to_tsvector('english', title)" }], accessMethod: "gin" },
    {
      columns: [{ column: "title", operatorClass: { schema: "ext", name: "gin_trgm_ops" } }],
      accessMethod: "gin",
    },
  ];
  for (const args of taken) {
    const desired = await declare({ table: "t", name: "t_idx", columns: ["id"], ...args });
    await expect(previewIndex(targetOf(db.url), desired)).resolves.toBeDefined();
  }
});

describe("a function whose body names what an index's search_path does not have (17 and newer)", () => {
  test("SQL, which the preview already tries", async ({ skip }) => {
    skip(!serverHas(170000), "since PostgreSQL 17");
    await db.query(
      "CREATE FUNCTION shortened(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT helper($1)'",
    );
    const args = { columns: [{ expression: "shortened(title)" }] };
    const { why, fix } = await adviceOn(args);
    expect(why).toMatch(/the body of public\.shortened\(text\) names it without a schema/);
    expect(why).toMatch(/CONTEXT: SQL function shortened/);
    const [, sql = ""] = /run: (.*;)/.exec(fix) ?? [];
    expect(sql).toMatch(/^ALTER FUNCTION public\.shortened\(text\) SET search_path = pg_catalog,/);
    await db.query(sql);
    const desired = await declare({ table: "t", name: "t_idx", ...args });
    await expect(previewIndex(targetOf(db.url), desired)).resolves.toBeDefined();
  });

  test("PL/pgSQL, which only a row shows", async ({ skip }) => {
    skip(!serverHas(170000), "since PostgreSQL 17");
    const { what, why, fix } = await failedBuild({ columns: [{ expression: "shorten(title)" }] });
    expect(what).toMatch(/function helper\(text\) does not exist/);
    expect(why).toMatch(/SQLSTATE 42883; from PostgreSQL 17 on/);
    expect(why).toMatch(/CONTEXT: PL\/pgSQL function public\.shorten\(text\)/);
    expect(fix).toMatch(/ALTER FUNCTION … SET search_path/);
  });
});

describe("a build that fails for a row shows nothing of it", () => {
  test.each<[title: string, body: string, what: RegExp, fix: RegExp]>([
    ["a division by zero", "RETURN 1 / (length($1) - 1)", /division by zero/, /nullif/],
    ["a value in the message", "RETURN ('x' || $1)::int", /message is hidden/, /take every row/],
    ["RAISE", "RAISE EXCEPTION 'row %', $1 USING ERRCODE = '42P17'", /is hidden/, /the cause/],
    ["RAISE with a HINT", "RAISE EXCEPTION 'row' USING HINT = $1", /is hidden/, /the cause/],
    ["a statement of its own", "EXECUTE format('SELECT nope(%L)', $1)", /nope/, /./],
  ])("%s", async (_title, body, what, fix) => {
    await db.query(`
      CREATE TABLE secrets (v text);
      INSERT INTO secrets VALUES ('q'), ('hush-hush');
      CREATE FUNCTION f(text) RETURNS int IMMUTABLE LANGUAGE plpgsql
        AS $f$ BEGIN ${body}; RETURN 1; END $f$`);
    const advice = await failedBuild({ table: "secrets", columns: [{ expression: "f(v)" }] });
    await db.query("DROP TABLE secrets; DROP FUNCTION f(text)");
    expect(advice.what).toMatch(what);
    expect(advice.fix).toMatch(fix);
    expect(JSON.stringify(advice)).not.toMatch(/hush|'q'/);
  });
});
