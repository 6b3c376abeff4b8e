import { afterEach, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { lookAhead, previewIndex } from "../../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../../providers/pgindex/src/engine/drop/drop.ts";
import type { PgIndexError } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import { toIndexOutputs } from "../../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../../providers/pgindex/src/engine/record/refresh.ts";
import {
  declare,
  failureOf,
  liveIndex,
  record,
  SOMEWHERE,
  targetOf,
} from "../../support/engine/engine.ts";
import { identityOf, settle, stateOf } from "../../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../../support/server/database.ts";
import { describeUnless, fetchProblem, useServer } from "../../support/server/ownServer.ts";

const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });

describeUnless(fetchProblem("14.3"), "PostgreSQL 14.3, whose concurrent builds corrupt", () => {
  const server = useServer({ name: "corrupting", version: "14.3" });
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase(server().url);
    await db.query("CREATE EXTENSION amcheck");
    await db.query("CREATE TABLE t (id int PRIMARY KEY, a int, b int) WITH (fillfactor = 50)");
    await db.query(`INSERT INTO t SELECT i, i, 0 FROM generate_series(1, ${ROWS}) i`);
  });
  afterEach(() => settle(db));

  test("builds nothing, in the preview already, and names the release that mends it", async () => {
    const target = targetOf(db.url);
    const { ctx } = record();
    const changes = [
      previewIndex(target, desired),
      ensureIndex({ database: target, desired, ctx }),
    ];
    for (const { message } of await Promise.all(changes.map(failureOf))) {
      expect(message).toMatch(
        /^refused: PostgreSQL 14\.3 builds corrupt indexes\n.*release notes of 14\.4\)\n.*upgrade to 14\.4/,
      );
      expect(message).toContain("allowCorruptingServer: true on the Connection");
    }
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("is a hazard with its code, refused or allowed", async () => {
    const error = await failureOf(lookAhead(targetOf(db.url), desired));
    expect((error as PgIndexError).advice).toMatchObject({ code: "corrupting-server" });
    const target = targetOf(db.url, { allowCorruptingServer: true });
    expect((await lookAhead(target, desired)).hazards).toMatchObject([
      { code: "corrupting-server", action: "allow", note: "allowCorruptingServer" },
    ]);
  });

  test("builds nothing either that a later release has brought", async () => {
    const target = targetOf(db.url, { allowCorruptingServer: true });
    const later = { ...desired, unique: true, nullsNotDistinct: true };
    const { message } = await failureOf(previewIndex(target, later));
    expect(message).toMatch(
      /nullsNotDistinct needs PostgreSQL 15\n.*this server is PostgreSQL 14\n/,
    );
  });

  test("refreshes and drops what stands there", async () => {
    const target = targetOf(db.url);
    await db.query("CREATE INDEX t_idx ON t (a)");
    const adopted = await ensureIndex({
      database: targetOf(db.url, { allowCorruptingServer: true }),
      desired,
      ctx: record().ctx,
    });
    const outputs = toIndexOutputs(adopted, desired, []);
    expect(await refreshIndex(target, outputs)).toEqual(outputs);
    await dropIndex(target, identityOf(adopted.live), record().ctx);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("allowCorruptingServer builds, and the check it advises finds missing rows", async () => {
    const target = targetOf(db.url, { allowCorruptingServer: true });
    const writing = writeUntilStopped(db);
    let found: string | undefined;
    // Of twelve such builds eleven came out corrupt.
    for (let i = 0; i < 10 && !found; i += 1) {
      const { ctx, lines } = record();
      const built = await ensureIndex({ database: target, desired, ctx });
      expect(built).toMatchObject({ adopted: false, live: { valid: true } });
      const [warning = ""] = lines.filter((line) => line.startsWith("warning: "));
      expect(warning).toMatch(/PostgreSQL 14\.3 may have left rows out of it/);
      const check = warning.slice(warning.indexOf("SELECT bt_index_check"));
      found = await db.query(check).then(
        () => undefined,
        (error: Error) => error.message,
      );
      await dropIndex(target, identityOf(built.live), ctx);
    }
    await writing.stop();
    expect(found).toMatch(/heap tuple .* lacks matching index tuple/);
  });
});

const ROWS = 200_000;

/**
 * HOT updates of rows at the end of the table: one is left out when its old version is pruned
 * before the build's scan comes by.
 */
function writeUntilStopped(db: TestDatabase) {
  let isStopped = false;
  const write = async () => {
    const client = await db.connect();
    while (!isStopped) {
      await client.query(
        `UPDATE t SET b = b + 1 WHERE id = ANY (SELECT ${ROWS} - (random() * 5000)::int FROM ` +
          "generate_series(1, 5))",
      );
    }
    await client.end();
  };
  const writers = Promise.all([write(), write(), write()]);
  return {
    stop: async () => {
      isStopped = true;
      await writers;
    },
  };
}

describeUnless(fetchProblem("12.22"), "PostgreSQL 12, which is too old", () => {
  const server = useServer({ name: "old", version: "12.22" });

  test("is refused by every operation, with the version that is needed", async () => {
    const target = targetOf(server().url);
    const { ctx } = record();
    const live = liveIndex();
    const seen = { live, adopted: true, verifiedAt: "", database: SOMEWHERE };
    const outputs = toIndexOutputs(seen, desired, []);
    const operations = [
      previewIndex(target, desired),
      ensureIndex({ database: target, desired, ctx }),
      refreshIndex(target, outputs),
      dropIndex(target, identityOf(live), ctx),
    ];
    for (const { message } of await Promise.all(operations.map(failureOf))) {
      expect(message).toMatch(/^refused: PostgreSQL 12\.22 is too old\n.*13 and newer/);
      expect(message).toMatch(/fix: upgrade the server$/);
    }
  });
});
