import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { oidOf, stepsOf } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE SCHEMA app");
  await db.query("CREATE TABLE app.t (a int, b int)");
  await db.query("INSERT INTO app.t SELECT i, i FROM generate_series(1, 100) i");
  await db.query("CREATE TABLE app.kid (c int) INHERITS (app.t)");
  await db.query("CREATE TABLE app.parts (a int, b int) PARTITION BY LIST (a)");
  await db.query("CREATE TABLE app.part PARTITION OF app.parts FOR VALUES IN (1)");
  await db.query("CREATE TYPE app.shape AS (a int, b int)");
  await db.query("CREATE TABLE app.typed OF app.shape");
  await db.query("CREATE DOMAIN app.checked_t AS app.t CHECK ((VALUE).a > 0)");
  const sum = "RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1.a + $1.b'";
  for (const taker of ["total(app.t)", "weight(app.parts)", "size(app.shape)", "either(app.t)"])
    await db.query(`CREATE FUNCTION app.${taker} ${sum}`);
  await db.query(
    `CREATE FUNCTION app.either(record) RETURNS int IMMUTABLE LANGUAGE plpgsql
       AS 'BEGIN RETURN 0; END'`,
  );
  await db.query(
    "CREATE FUNCTION app.checked(app.checked_t) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'",
  );
  await db.query(
    "CREATE FUNCTION app.positive(app.t) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1.a > 0'",
  );
  await db.query(
    `CREATE FUNCTION app.strict_of(app.t) RETURNS int IMMUTABLE LANGUAGE plpgsql
       AS 'BEGIN IF $1 IS NULL THEN RAISE ''no row''; END IF; RETURN $1.a; END'`,
  );
});
afterAll(() => db.drop());

const on = (name: string, expression: string, more: Args = {}) =>
  declare({
    schema: "app",
    table: "t",
    name,
    columns: [{ expression }],
    searchPath: ["app"],
    ...more,
  });

/** Of what it reads like, and what it is in an index of which table. */
const ROWS: readonly (readonly [form: string, expression: string, table?: string])[] = [
  ["f(t)", "total(t)"],
  ["f(t.*)", "app.total(t.*) + 1"],
  ["the row as an attribute", "t.total"],
  ["the row in brackets, as an attribute", "(t).total * 2"],
  ["a function that takes any record as well", "either(t)"],
  ["a predicate of the row", "a"],
  ["a function that raises where the row is null", "strict_of(t)"],
  ["a function of the parent's row, in a child", "total(kid)", "kid"],
  ["a function of the partitioned table's row, in a partition", "weight(part)", "part"],
  ["a function of the row of a typed table", "size(typed)", "typed"],
  ["a function of a domain over the row", "checked(t)"],
  ["a row that is cast to its own type", "total(t::app.t)"],
  ["the row itself", "t"],
  ["beside a text that looks like it", "total(t) || '(t.*)::app.t'"],
];

test.for(ROWS)(
  "%s is built, and adopted without a state",
  async ([form, expression, table = "t"]) => {
    const target = targetOf(db.url);
    const name = `row_${ROWS.findIndex(([each]) => each === form)}`;
    const more: Args = { table, ...(form.includes("predicate") && { predicate: "positive(t)" }) };
    const desired = await on(name, expression, more);
    const build = () => ensureIndex({ database: target, desired, ctx: record().ctx });
    expect(await build()).toMatchObject({ adopted: false, live: { valid: true } });
    expect(await previewIndex(target, desired)).toContainEqual(
      expect.stringMatching(/^builds nothing/),
    );
    expect(await build()).toMatchObject({ adopted: true });
    const other = await on(name, expression, { ...more, predicate: "a > 5" });
    expect((await failureOf(previewIndex(target, other))).message).toMatch(
      /exists with another definition/,
    );
  },
);

test("it is refreshed, and changed", async () => {
  const database = targetOf(db.url);
  const desired = await on("changed_idx", "total(t)");
  expect(stepsOf(await previewIndex(database, desired), "app.t")[0]).toMatch(/^builds the index/);
  const built = await ensureIndex({ database, desired, ctx: record().ctx });
  const previous = toIndexOutputs(built, desired, []);
  expect(await refreshIndex(database, previous)).toMatchObject({ drift: null });
  const oid = await oidOf(db, "changed_idx");
  const other = await on("changed_idx", "total(t) * 2");
  await ensureIndex({ database, desired: other, previous, ctx: record().ctx });
  expect(await oidOf(db, "changed_idx")).not.toBe(oid);
});

test("pgindex import declares them all", async () => {
  const { out } = await pgindex(["import", "--json"], {
    DATABASE_URL: db.url,
    PATH: process.env.PATH ?? "",
  });
  const { indexes, skipped } = JSON.parse(out);
  expect(skipped).toEqual([]);
  expect(indexes).toHaveLength(ROWS.length + 1);
});

test("of another role's table, whose code runs with her rights", async () => {
  const owner = `${db.name}_owner`;
  await db.query(`CREATE ROLE ${owner}; GRANT USAGE, CREATE ON SCHEMA app TO ${owner}`);
  await db.query(`CREATE TABLE app.hers (a int, b int); ALTER TABLE app.hers OWNER TO ${owner}`);
  await db.query(
    `CREATE FUNCTION app.of_hers(app.hers) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
       'BEGIN ASSERT current_user = ''${owner}''; RETURN $1.a; END'`,
  );
  await db.query(`ALTER FUNCTION app.of_hers(app.hers) OWNER TO ${owner}`);
  const desired = await on("hers_idx", "of_hers(hers)", { table: "hers" });
  const build = () =>
    ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx }).then(
      ({ adopted }) => adopted,
    );
  expect([await build(), await build()]).toEqual([false, true]);
  await db.query(`DROP OWNED BY ${owner} CASCADE; DROP ROLE ${owner}`);
});

test("a function that does not exist is named, and nothing is left", async () => {
  const target = targetOf(db.url);
  const ofRow = await on("row_none", "nosuch(t)");
  const failed = await failureOf(
    ensureIndex({ database: target, desired: ofRow, ctx: record().ctx }),
  );
  expect(failed.message).toMatch(/function nosuch\((app\.)?t\) does not exist/);
  expect(await oidOf(db, "row_none")).toBeUndefined();
  const ofColumn = await failureOf(previewIndex(target, await on("row_none", "nosuch(t.a)")));
  expect(ofColumn.message).toMatch(/check the function's name and argument types/);
});
