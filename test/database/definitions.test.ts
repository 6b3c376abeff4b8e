import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import {
  BUILDS_NOTHING,
  definitionOf,
  expectNothingOpen,
  identityOf,
  serverHas,
  stateOf,
  stepsOf,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { DEFINITIONS } from "./definitionCases.ts";
import { type DefinitionCase, SCHEMA } from "./definitionSchema.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  for (const statement of SCHEMA) await db.query(statement);
});
afterAll(async () => {
  await expectNothingOpen(db);
  await db.drop();
});

const BASE = { schema: "app", table: "docs", name: "docs_idx" };

/**
 * What PostgreSQL prints of the index that somebody wrote by hand, as if it stood on the engine's
 * table.
 */
async function definitionByHand(sql: string, name: string): Promise<string> {
  await db.query(`CREATE ${sql}`);
  const definition = await definitionOf(db, "twin", name);
  await db.query(`DROP INDEX twin.${db.client.escapeIdentifier(name)}`);
  return definition.replace(" ON twin.", " ON app.");
}

/** The life of an index: built, adopted, previewed, refreshed, dropped. */
async function live({ args, sql }: DefinitionCase): Promise<void> {
  const target = targetOf(db.url);
  const { ctx } = record();
  const desired = await declare({ ...BASE, ...args });

  const built = await ensureIndex({ database: target, desired, ctx });
  expect(await stateOf(db, desired.name)).toBe("t/t/t");
  expect(built.adopted).toBe(false);
  expect(built.buildSeconds).toBeGreaterThan(0);
  expect(built.live.definition).toBe(await definitionByHand(sql, desired.name));

  const again = await ensureIndex({ database: target, desired, ctx });
  expect(again).toMatchObject({ adopted: true, live: { oid: built.live.oid } });
  expect(stepsOf(await previewIndex(target, desired), `app.${desired.table}`)).toEqual([
    BUILDS_NOTHING,
  ]);

  const outputs = toIndexOutputs(built, desired, []);
  const refreshed = await refreshIndex(target, outputs);
  expect(refreshed).toEqual({ ...outputs, sizeBytes: expect.any(Number) });

  await dropIndex(target, identityOf(built.live), ctx);
  expect(await stateOf(db, desired.name)).toBeUndefined();
  expect(await refreshIndex(target, outputs)).toBeUndefined();
}

test("an index on an expression has statistics at once: the planner need not guess", async () => {
  const args = { ...BASE, name: "kind_idx", columns: [{ expression: "data ->> 'kind'" }] };
  const desired = await declare(args);
  const { live } = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
  const statistics = await db.query(
    "SELECT n_distinct FROM pg_stats WHERE schemaname = 'app' AND tablename = 'kind_idx'",
  );
  expect(statistics).toEqual([{ n_distinct: 3 }]);
  await dropIndex(targetOf(db.url), identityOf(live), record().ctx);
});

describe("built as declared, adopted, without drift, and dropped", () => {
  test.for(DEFINITIONS)("$title", async (definition, { skip }) => {
    const { since = 0 } = definition;
    skip(!serverHas(since), `PostgreSQL has this from ${since / 10_000} on`);
    await live(definition);
  });
});
