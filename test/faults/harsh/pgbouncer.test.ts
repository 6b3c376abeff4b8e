import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../../providers/pgindex/src/engine/drop/drop.ts";
import { declare, failureOf, record, targetOf } from "../../support/engine/engine.ts";
import {
  holdWrite,
  identityOf,
  settle,
  stateOf,
  untilPhase,
} from "../../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase, withClient } from "../../support/server/database.ts";
import { describeUnless, useServer } from "../../support/server/ownServer.ts";
import {
  type PgBouncer,
  pgbouncerProblem,
  startPgBouncer,
} from "../../support/server/pgbouncer.ts";

const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });

describeUnless(pgbouncerProblem(), "through PgBouncer", () => {
  const server = useServer({ name: "pooled", settings: { fsync: "off" } });
  let db: TestDatabase;
  const poolers: PgBouncer[] = [];
  const through = async (poolMode: "transaction" | "session") => {
    const pooler = await startPgBouncer(db.url, poolMode);
    poolers.push(pooler);
    return pooler.through(db.url);
  };
  beforeAll(async () => {
    db = await createDatabase(server().url);
    await db.query("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
  });
  afterAll(() => Promise.all(poolers.map((pooler) => pooler.stop())));

  test("in transaction mode: refused in preview already, asking for the direct URL", async () => {
    const url = await through("transaction");
    // It answers: the refusal is ours.
    expect(await withClient(url, async (client) => (await client.query("SELECT 1")).rowCount)).toBe(
      1,
    );
    const target = targetOf(url);
    const { ctx } = record();
    const changes = [
      previewIndex(target, desired),
      ensureIndex({ database: target, desired, ctx }),
    ];
    for (const { message } of await Promise.all(changes.map(failureOf))) {
      expect(message).toMatch(/^refused: a pooler answers in the server's place\n/);
      expect(message).toMatch(/fix: use the direct URL: not PgBouncer/);
      expect(message).toMatch(/or: +allowPooler: true on the Connection/);
    }
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("in session mode with allowPooler: waits, watches, builds and drops as usual", async () => {
    const target = targetOf(await through("session"), { allowPooler: true });
    const writer = await holdWrite(db, "t");
    const { ctx, statuses } = record();
    const ensuring = ensureIndex({ database: target, desired, ctx });
    await untilPhase(db, "waiting for writers before build");
    await expect.poll(() => statuses.join(), { timeout: 60_000 }).toContain(`pid ${writer.pid} `);
    await writer.release();
    const { live } = await ensuring;
    expect(live.valid).toBe(true);
    await dropIndex(target, identityOf(live), ctx);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
    await Promise.all(poolers.splice(0).map((pooler) => pooler.stop()));
    await settle(db);
  });
});
