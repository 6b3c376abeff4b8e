import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Query } from "../../providers/pgindex/src/engine/session/query.ts";
import { pinSettings } from "../../providers/pgindex/src/engine/session/settings/pinnedSettings.ts";
import { failureOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

const pin = (query: Query) =>
  pinSettings(
    query,
    inject("server").versionNumber,
    { application: "pgindex", searchPath: [] },
    {},
  );

/** Past a proxy that lets no setting through whose name has this in it. */
const past = (kept: string): Query => {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const set = "pg_catalog.set_config(name, value, $3)";
    const passed = text.replace(set, `CASE WHEN name NOT LIKE '%${kept}%' THEN ${set} END`);
    return (await db.client.query(passed, [...values])).rows as Row[];
  };
};

test("a timeout that does not let itself be set is refused: it would end a build", async () => {
  await db.query("SET statement_timeout = '5s'");
  const { message } = await failureOf(pin(past("statement_timeout")));
  expect(message).toMatch(
    /^the server keeps statement_timeout at 5s, whatever it is set to\n.*INVALID index.*\n +fix: connect directly/,
  );
  await pin(past("nothing"));
  const [shown] = await db.query("SHOW statement_timeout");
  expect(shown).toEqual({ statement_timeout: "0" });
});
