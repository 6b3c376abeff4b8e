import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import {
  hold,
  holdWrite,
  settle,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
});
afterEach(() => settle(db));
afterAll(() => db.drop());

test("who waits behind a build is warned of; what it does to the build is mended", async () => {
  const writer = await holdWrite(db, "t");
  const { ctx, lines, statuses } = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const ensuring = ensureIndex({ database: targetOf(db.url), desired, ctx });
  await untilPhase(db, "waiting for writers before build");

  const other = await db.connect();
  await other.query("SET application_name = 'nightly'");
  const analyzed = other.query("ANALYZE t");
  const pid = await untilWaiting(db, "ANALYZE t");
  const warning = await until("a warning", async () =>
    lines.find((line) => line.startsWith("warning:")),
  );
  expect(warning).toContain(`pid ${pid} (postgres, nightly, waiting for`);
  expect(warning).toContain("ANALYZE t");
  expect(warning).toContain(`SELECT pg_cancel_backend(${pid})`);
  expect(statuses.some((status) => status.includes("1 waiting behind"))).toBe(true);

  // The waiter has passed its own deadlock check by now: PostgreSQL ends the build instead.
  await writer.release();
  const ensured = await ensuring;
  await analyzed;
  expect(ensured).toMatchObject({ adopted: false, live: { valid: true } });
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  expect(lines.join("\n")).toMatch(
    /interrupted \(deadlock detected\)[\s\S]*public\.t_idx: an interrupted build left it INVALID, .*; DROP INDEX CONCURRENTLY "public"\."t_idx_pgindex_drop_/,
  );
  expect(lines.filter((line) => line.startsWith("warning:"))).toHaveLength(1);
});

test("who is waited for is shown with age, state and statement, without constants", async () => {
  const writer = await hold(
    db,
    "BEGIN",
    "SET LOCAL application_name = 'billing'",
    "UPDATE t SET b = 42 WHERE a = 7",
  );
  const { ctx, statuses } = record();
  const desired = await declare({ table: "t", name: "shown_idx", columns: ["a"] });
  const ensuring = ensureIndex({ database: targetOf(db.url), desired, ctx });
  const shown = await until("a blocker", async () =>
    // A first look may come before the phase is told.
    statuses.find((line) => line.startsWith("waiting for writers") && line.includes("billing")),
  );
  expect(shown).toMatch(
    /^waiting for writers before build, step 2 of 8, 0 of 1 sessions gone, .* s, waits for pid \d+ \(postgres, billing, idle in transaction for (?:\d+ min )?\d+ s: UPDATE t SET b = … WHERE a = …\)$/,
  );
  expect(shown).toContain(`pid ${writer.pid} `);
  await writer.release();
  expect((await ensuring).live.valid).toBe(true);
});

test("a prepared transaction, which has no session, is named as such", async () => {
  const writer = await hold(
    db,
    "BEGIN",
    "UPDATE t SET b = 1 WHERE a = 8",
    "PREPARE TRANSACTION 'two_phase'",
  );
  const { ctx, statuses } = record();
  const desired = await declare({ table: "t", name: "prepared_idx", columns: ["b"] });
  const ensuring = ensureIndex({ database: targetOf(db.url), desired, ctx });
  await until("the prepared transaction", async () =>
    statuses.some((line) =>
      line.includes("waits for prepared transaction 'two_phase' (postgres, for "),
    ),
  );
  await db.query("ROLLBACK PREPARED 'two_phase'");
  expect((await ensuring).live.valid).toBe(true);
  await writer.release();
});
