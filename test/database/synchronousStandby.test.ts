// A standby that is to confirm every commit, and is away: the build waits for it, and says so.
import pg from "pg";
import { expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { useServer } from "../support/server/ownServer.ts";

const server = useServer({ name: "synchronous" });

async function reload(client: pg.Client, setting: string): Promise<void> {
  await client.query(setting);
  await client.query("SELECT pg_reload_conf()");
}

test("the standby that a build waits for is named, in every phase", async () => {
  const client = new pg.Client({ connectionString: server().url });
  await client.connect();
  await client.query("CREATE TABLE t (a int)");
  // Our own statements wait for nobody.
  await client.query("SET synchronous_commit = local");
  await reload(client, "ALTER SYSTEM SET synchronous_standby_names = 'away'");
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
  await client.end();
});
