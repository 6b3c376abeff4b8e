import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { lookAhead } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import type { PgIndexError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  holdWrite,
  identityOf,
  settle,
  stateOf,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { type KeyDataProxy, startKeyDataProxy } from "../support/server/keyDataProxy.ts";

let db: TestDatabase;
let proxy: KeyDataProxy;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 20000) i");
  await db.query("ANALYZE t");
  proxy = await startKeyDataProxy(db.url);
});
afterEach(() => settle(db));
afterAll(async () => {
  await proxy.stop();
  await db.drop();
});

const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
const behind = () => targetOf(proxy.url, { allowPooler: true });

test("a proxy with its own process id counts as a pooler, unless it is allowed", async () => {
  const refused = ensureIndex({ database: targetOf(proxy.url), desired, ctx: record().ctx });
  expect((await failureOf(refused)).message).toMatch(
    /a pooler answers.*\n.*\n.*\n.*allowPooler: true/,
  );
});

test("it is a hazard: refused with its code, and said where it is allowed", async () => {
  const error = await failureOf(lookAhead(targetOf(proxy.url), desired));
  expect((error as PgIndexError).advice).toMatchObject({ code: "pooler" });
  const allowed = { code: "pooler", severity: "error", action: "allow", note: "allowPooler" };
  const look = await lookAhead(behind(), desired);
  expect(look.hazards).toMatchObject([{ ...allowed, object: db.name }]);
  expect(look.lines).toContainEqual(
    expect.stringMatching(
      /^pooler: allowed \(allowPooler\): a pooler answers in the server's place: /,
    ),
  );
  expect((await lookAhead(targetOf(db.url), desired)).hazards).toEqual([]);
});

test("behind an allowed one a build is watched, and its queries are measured", async () => {
  const writer = await holdWrite(db, "t");
  const { ctx, statuses } = record();
  const building = ensureIndex({ database: behind(), desired, ctx });
  await untilPhase(db, "waiting for writers before build");
  // The phase, and who is in the way: both are found by the builder's process id.
  await expect
    .poll(() => statuses.join("\n"), { timeout: 60_000 })
    .toMatch(new RegExp(`waiting for writers.*pid ${writer.pid}`));
  await writer.release();
  const built = await building;
  const outputs = toIndexOutputs(built, desired, []);
  expect(await refreshIndex(behind(), outputs)).toEqual(outputs);

  const query = { name: "one", sql: "SELECT * FROM t WHERE a = 7", runs: 3 };
  const parsed = await parseServedQueries([query]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const index = { schema: "public", table: "t", name: "t_idx" };
  const measured = await measureQueries({
    database: behind(),
    index,
    queries: parsed.value,
    searchPath: ["public"],
    ctx,
  });
  expect(measured).toMatchObject([{ measurement: { index: "t_idx", usesIndex: true, runs: 3 } }]);
  await dropIndex(behind(), identityOf(built.live), ctx);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});

test("and a build is cancelled", async () => {
  const writer = await holdWrite(db, "t");
  const { ctx, cancel } = record();
  const building = failureOf(ensureIndex({ database: behind(), desired, ctx }));
  const pid = await untilPhase(db, "waiting for writers before build");
  cancel();
  // The writer still stands in the way: only a cancel ends it.
  const active = "SELECT 1 FROM pg_stat_progress_create_index WHERE pid = $1";
  await expect.poll(() => db.query(active, [pid]), { timeout: 60_000 }).toEqual([]);
  await writer.release();
  expect((await building).message).toMatch(/^cancelled/);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});
