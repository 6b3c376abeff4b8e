import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import {
  BUILDS_NOTHING,
  identityOf,
  settle,
  stateOf,
  stepsOf,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

/**
 * What changes how PostgreSQL reads a constant or prints a definition, one by one and all together.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  timezone: "'Asia/Tokyo'",
  timezone_abbreviations: "'Australia'",
  datestyle: "'SQL, DMY'",
  intervalstyle: "'sql_standard'",
  bytea_output: "'escape'",
  quote_all_identifiers: "on",
  search_path: "app, ext",
  extra_float_digits: "-15",
  standard_conforming_strings: "off",
  default_transaction_isolation: "'serializable'",
};
/** Holds something that each of them would print or read in another way. */
const INDEX: Args = {
  schema: "app",
  table: "t",
  name: "t_idx",
  columns: [
    { expression: "norm(title)" },
    { column: "title", operatorClass: { schema: "ext", name: "text_ops2" } },
    { expression: "title || 'back\\slash'" },
  ],
  predicate: `created_at > '2026-01-02 03:04 EST' AND day > '2026-02-01' AND span > '1 day 2 hours' AND
    bytes <> '\\x00ff'::bytea AND ratio > 0.12345678901234::float8 AND kind = 'big'::app.size`,
};

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`
    CREATE SCHEMA app;
    CREATE SCHEMA ext;
    CREATE TYPE app.size AS ENUM ('small', 'big');
    CREATE FUNCTION app.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
    CREATE OPERATOR CLASS ext.text_ops2 FOR TYPE text USING btree AS
      OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
      FUNCTION 1 bttextcmp(text, text);
    CREATE TABLE app.t (title text, created_at timestamptz, day date, span interval, bytes bytea,
    ratio float8, kind app.size)`);
});
afterAll(() => db.drop());

beforeEach(() => configure([]));
afterEach(() => settle(db));

/** Sets these for every new session of the database, and no other. */
async function configure(names: readonly string[]): Promise<void> {
  await db.query(`ALTER DATABASE ${db.name} RESET ALL`);
  for (const name of names)
    await db.query(`ALTER DATABASE ${db.name} SET ${name} = ${SETTINGS[name]}`);
}

/** Built under some settings, then looked at and dropped under others. Gives the canonical form. */
async function buildAndLook(built: readonly string[], looked: readonly string[]) {
  const target = targetOf(db.url);
  const { ctx } = record();
  const desired = await declare(INDEX);
  await configure(built);
  const ensured = await ensureIndex({ database: target, desired, ctx });
  const outputs = toIndexOutputs(ensured, desired, []);

  await configure(looked);
  expect(await refreshIndex(target, outputs)).toEqual(outputs);
  expect(stepsOf(await previewIndex(target, desired), "app.t")).toEqual([BUILDS_NOTHING]);
  const again = await ensureIndex({ database: target, desired, ctx });
  expect(again).toMatchObject({ adopted: true, live: ensured.live });
  await dropIndex(target, identityOf(ensured.live), ctx);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
  return ensured.live.canonical;
}

const NAMES = Object.keys(SETTINGS);

test("an index is the same whatever the session's settings are", async () => {
  const plain = await buildAndLook([], NAMES);
  expect(plain.predicate).toContain("0.12345678901234");
  expect(await buildAndLook(NAMES, [])).toEqual(plain);
});

test.each(NAMES)("also with %s alone", async (name) => {
  await buildAndLook([name], []);
});
