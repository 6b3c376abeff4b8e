import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { oidOf, stepsOf } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE SCHEMA app");
  await db.query("CREATE TABLE app.t (a int, b int)");
  await db.query("INSERT INTO app.t SELECT i, i FROM generate_series(1, 100) i");
  await db.query(
    "CREATE FUNCTION app.total(app.t) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1.a + $1.b'",
  );
});
afterAll(() => db.drop());

const on = (name: string, expression: string, more: Args = {}) =>
  declare({ schema: "app", table: "t", name, columns: [{ expression }], ...more });

test.each([
  ["f(t)", "total(t)"],
  ["f(t.*)", "app.total(t.*) + 1"],
])(
  "%s is built and refreshed, and a change of it is never guessed",
  async (spelled, expression) => {
    const target = targetOf(db.url);
    const name = `row_${spelled.length}`;
    const desired = await on(name, expression);
    expect(stepsOf(await previewIndex(target, desired), "app.t")[0]).toMatch(/^builds the index/);
    const built = await ensureIndex({ database: target, desired, ctx: record().ctx });
    expect(built).toMatchObject({ adopted: false, live: { valid: true } });
    const outputs = toIndexOutputs(built, desired, []);
    expect(await refreshIndex(target, outputs)).toMatchObject({ drift: null });
    const oid = await oidOf(db, name);
    for (const other of [expression, "total(t) * 2"]) {
      const changed = await on(name, other, { comment: "mine" });
      const update = { database: target, desired: changed, previous: outputs, ctx: record().ctx };
      for (const ask of [
        () => previewIndex(target, changed, { previous: outputs }),
        () => ensureIndex(update),
      ])
        expect((await failureOf(ask())).message).toMatch(
          /^cannot verify that the existing index app\.row_[\s\S]*whole row[\s\S]*columns instead of the row/,
        );
    }
    expect(await oidOf(db, name)).toBe(oid);
  },
);

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
