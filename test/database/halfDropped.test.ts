import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { lossOf } from "../../providers/pgindex/src/engine/record/indexLoss.ts";
import { readInventory } from "../../providers/pgindex/src/engine/record/inventory.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { BUILDS_NOTHING, settle, stateOf, stepsOf } from "../support/engine/engineDatabase.ts";
import { interruptDrop } from "../support/engine/engineLeftovers.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const INDEX = { table: "t", name: "t_idx", columns: ["a"], unique: true, comment: "ours" };

let db: TestDatabase;
let outputs: IndexOutputs;
beforeEach(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
  outputs = await up();
});
afterEach(async () => {
  await settle(db);
  await db.drop();
});

async function up(previous?: IndexOutputs): Promise<IndexOutputs> {
  const desired = await declare(INDEX);
  const request = { database: targetOf(db.url), desired, previous, ctx: record().ctx };
  return toIndexOutputs(await ensureIndex(request), desired, [], previous);
}

const STATES = [
  ["f/t/t", /^INVALID: queries have lost the index, .* every write still maintains it$/],
  ["f/f/f", /^half dropped: queries have lost the index .*; no write maintains it$/],
] as const;

describe.each(STATES)("a drop that could not finish, left %s", (state, drift) => {
  beforeEach(async () => {
    await interruptDrop(db, "t", "t_idx", state);
    expect(await stateOf(db, "t_idx")).toBe(state);
  });

  test("is told of: by a refresh, and to who asks for what queries have lost", async () => {
    const found = await refreshIndex(targetOf(db.url), outputs);
    expect(found).toMatchObject({ valid: false, drift: expect.stringMatching(drift) });
    expect(await lostIndexes()).toEqual(new Map([["public.t_idx", expect.stringMatching(drift)]]));
  });

  test("is undone by the next up that declares the index, comment and all", async () => {
    const rebuilt = await up(outputs);
    expect(rebuilt).toMatchObject({ valid: true, adopted: false, drift: null });
    expect(rebuilt.oid).not.toBe(outputs.oid);
    expect(rebuilt.canonical).toEqual(outputs.canonical);
    expect(await lostIndexes()).toEqual(new Map());
    const lines = await previewIndex(targetOf(db.url), await declare(INDEX), { previous: rebuilt });
    expect(stepsOf(lines, "public.t")).toEqual([BUILDS_NOTHING]);
  });

  test("is finished by the next destroy", async () => {
    await dropIndex(targetOf(db.url), outputs, record().ctx);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("may be revived by hand with REINDEX, as the message says, and is adopted", async () => {
    await db.query("REINDEX INDEX CONCURRENTLY t_idx");
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    expect(await refreshIndex(targetOf(db.url), outputs)).toMatchObject({ drift: null });
    expect(await up(outputs)).toMatchObject({ valid: true, builtAt: null });
  });
});

/** The indexes that queries have lost, and why. */
async function lostIndexes(): Promise<Map<string, string>> {
  const { indexes } = await readInventory(targetOf(db.url));
  const losses = [...indexes].map(([name, index]) => [name, lossOf(index)] as const);
  return new Map(losses.flatMap(([name, loss]) => (loss === null ? [] : [[name, loss]])));
}
