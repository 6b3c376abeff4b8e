import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { settle } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(() => db.query("CREATE TABLE t (a int NOT NULL, b int NOT NULL)"));
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t CASCADE; DROP TABLE IF EXISTS child");
});

const INDEX = { table: "t", name: "t_idx", columns: ["a"], unique: true };

/** Every index of the table, with its OID: what a refusal must leave as it is. */
const indexes = () =>
  db.query("SELECT indexrelid::int, indisvalid FROM pg_index WHERE indrelid = 't'::regclass");

async function refusal(args: Args): Promise<string> {
  const desired = await declare({ ...INDEX, ...args });
  const target = targetOf(db.url);
  const previous = { schema: "public", name: "t_idx" };
  const before = await indexes();
  const preview = await failureOf(previewIndex(target, desired, { previous: previous }));
  const failure = await failureOf(
    ensureIndex({ database: target, desired, previous, ctx: record().ctx }),
  );
  expect(preview.message).toBe(failure.message);
  expect(await indexes()).toEqual(before);
  return failure.message;
}

test.each([
  ["a unique index", {}],
  ["a unique constraint", { constraint: "unique" }],
])("%s that a foreign key refers to is not replaced: nothing is built in vain", async (_, args) => {
  const desired = await declare({ ...INDEX, ...args });
  await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
  await db.query("CREATE TABLE child (a int REFERENCES t (a))");
  expect(await refusal({ ...args, include: ["b"] })).toMatch(
    /^refused: [\s\S]*a foreign key references/,
  );
});
