// A standby that is to confirm every commit, and is away: the build waits for it, and says so.
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { useServer } from "../support/server/ownServer.ts";

const server = useServer({ name: "synchronous" });

async function reload(client: pg.Client, setting: string): Promise<void> {
  await client.query(setting);
  await client.query("SELECT pg_reload_conf()");
}

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: server().url });
  await client.connect();
  await client.query("CREATE TABLE t (a int)");
  // Our own statements wait for nobody.
  await client.query("SET synchronous_commit = local");
});
beforeEach(() => reload(client, "ALTER SYSTEM SET synchronous_standby_names = 'away'"));
afterAll(() => client.end());

test("the standby that a build waits for is named, in every phase", async () => {
  const { ctx, statuses } = record();
  const desired = await declare({ table: "t", name: "i", columns: ["a"] });
  const built = ensureIndex({ database: targetOf(server().url), desired, ctx });
  const shown = await until("the wait is shown", async () =>
    statuses.find((line) => line.includes("SyncRep")),
  );
  expect(shown).toMatch(
    /waits for a synchronous standby to confirm \(IPC: SyncRep; synchronous_standby_names is away;/,
  );
  await reload(client, "ALTER SYSTEM RESET synchronous_standby_names");
  expect(await built).toMatchObject({ live: { valid: true } });
});

test("waiting for it counts towards waitFor, and the clean-up does not wait for it", async () => {
  // Behind it a writer, since a cancel ends nothing but the wait for the standby.
  const writer = new pg.Client({ connectionString: server().url });
  await writer.connect();
  await writer.query("BEGIN; DELETE FROM t WHERE false");
  const { ctx, statuses } = record();
  const desired = await declare({ table: "t", name: "j", columns: ["a"], waitFor: "1s" });
  const built = ensureIndex({ database: targetOf(server().url), desired, ctx });
  const failed = failureOf(built);
  await until("it cleans up", async () => statuses.some((line) => line.startsWith("cleaning up")));
  await writer.end();
  const { message } = await failed;
  expect(message).toMatch(/^gave up index public\.j on public\.t: .* for 1 s \(waitFor\)\n/);
  expect(message).toMatch(
    /in the way at the end: a synchronous standby to confirm .*; its INVALID leftover was dropped/,
  );
  const { rows } = await client.query("SELECT relname FROM pg_class WHERE relname ~ '^j'");
  expect(rows).toEqual([]);
});
