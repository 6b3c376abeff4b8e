// A fleet whose database has pg_partman, the real one: Debian's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFleetFile } from "../../providers/pgindex/src/fleet/declare/fleetFile.ts";
import { FleetProbe } from "../../providers/pgindex/src/fleet/health/fleetProbe.ts";
import { planFleet } from "../../providers/pgindex/src/fleet/plan/fleetPlan.ts";
import { openControl } from "../../providers/pgindex/src/fleet/queue/controlDatabase.ts";
import { openQueue } from "../../providers/pgindex/src/fleet/queue/queue.ts";
import { NO_RECORDS } from "../../providers/pgindex/src/fleet/rollout/records.ts";
import { startRollout } from "../../providers/pgindex/src/fleet/rollout/start.ts";
import { Worker } from "../../providers/pgindex/src/fleet/work/worker.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { describeUnless, useServer } from "../support/server/ownServer.ts";
import { createPartman, PARTMAN_SERVER, partmanProblem } from "../support/server/partman.ts";

/** Of each partition: whether it has a valid part of the index. */
const PARTS = `
  SELECT p.relid::regclass::text AS partition,
         EXISTS (SELECT FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid
                  WHERE i.indrelid = p.relid AND i.indisvalid
                    AND h.inhparent = 'events_account_idx'::regclass) AS has
    FROM pg_partition_tree('events') p WHERE p.isleaf ORDER BY 1`;

const isIndexed = async (db: TestDatabase) => {
  const parts = await db.query<{ partition: string; has: boolean }>(PARTS);
  return { of: parts.length, without: parts.filter(({ has }) => !has) };
};

describeUnless(partmanProblem(), "a server with pg_partman", () => {
  const server = useServer({ name: "partman", version: PARTMAN_SERVER });

  test("all of its partitions get the index, those that it makes later too", async () => {
    const [db, own] = [await createDatabase(server().url), await createDatabase(server().url)];
    const folder = mkdtempSync(join(tmpdir(), "pgindex-partman-"));
    await createPartman(db, "partman");
    await db.query(
      "CREATE TABLE events (at timestamptz NOT NULL, account_id int) PARTITION BY RANGE (at)",
    );
    await db.query("SELECT partman.create_parent('public.events', 'at', 'native', 'daily')");
    await db.query("INSERT INTO events SELECT now(), n FROM generate_series(1, 1000) n");
    const indexes = [{ table: "events", name: "events_account_idx", columns: ["account_id"] }];
    const fleet = { name: "f", indexes, targets: [{ name: "one", url: db.url }] };
    writeFileSync(join(folder, "fleet.json"), JSON.stringify(fleet));
    const file = await readFleetFile(join(folder, "fleet.json"));
    const control = await openControl(own.url);
    const queue = await openQueue(own.url, "f", { works: true });
    const plan = await planFleet({ file, mode: "engine", env: {}, records: NO_RECORDS });
    await startRollout(control, queue, plan, file.fleet);
    const settings = { control, queue, file, env: {}, concurrency: 1, say: () => {} };
    const ended = await new Worker(settings).work(new Promise(() => {}), true);
    expect(ended?.state).toBe("done");
    const before = await isIndexed(db);
    expect(before).toMatchObject({ of: expect.any(Number), without: [] });

    await db.query("UPDATE partman.part_config SET premake = premake + 3");
    await db.query("SELECT partman.run_maintenance('public.events')");
    expect(await isIndexed(db)).toEqual({ of: before.of + 3, without: [] });
    const health = new FleetProbe({ control, file, env: {}, cacheSeconds: 1 });
    expect(await health.current()).toMatchObject({ status: "ok", problems: [] });

    await control.close();
    await Promise.all([db.drop(), own.drop()]);
    rmSync(folder, { recursive: true });
  });
});
