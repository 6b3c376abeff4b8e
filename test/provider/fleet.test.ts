// A small fleet on servers of its own, under the same trouble as npm run chaos -- --fleet.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../../chaos/chaosServer.ts";
import { fleet } from "../../chaos/fleet/fleetProcesses.ts";
import { runFleet } from "../../chaos/fleet/fleetRun.ts";
import { type FleetScene, makeScene } from "../../chaos/fleet/fleetScene.ts";
import type { EmbeddedServer } from "../../tools/embeddedPostgres.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { pgindex } from "../support/tools/cli.ts";

const MOST = 2;
const folder = mkdtempSync(join(tmpdir(), "pgindex-fleet-"));
let scene: FleetScene;

beforeAll(async () => {
  scene = await makeScene({
    folder,
    databases: 12,
    buildMs: 400,
    maxBuildsPerServer: MOST,
    waves: [
      { name: "canary", labels: { half: 0 }, count: 1 },
      { name: "third", share: "30%" },
      { name: "rest" },
    ],
  });
});
afterAll(async () => {
  await scene.stop();
  rmSync(folder, { recursive: true });
});

test("12 databases in waves: a worker is killed, one database fails, all end valid", async () => {
  const outcome = await runFleet(scene, {
    workers: 3,
    concurrency: 3,
    kills: 1,
    killEveryMs: 100,
    restartsQueue: true,
    say: () => undefined,
  });
  expect(outcome.broken).toEqual([]);
  expect(outcome.killed).toBe(1);
  expect(outcome.halted).toMatch(/^tenant_0011: .*23505|duplicate/);
  expect(outcome.samples).toMatchObject({ mostOfOne: 1 });
  expect(outcome.samples.most).toBeLessThanOrEqual(MOST);
});

test("status reads in one glance, and says where the next look goes", async () => {
  const { out, code } = await fleet(scene, "status");
  expect(out).toBe(`chaos: done, 0 workers at work
  canary  [####################]  1 of 1, passed
  third   [####################]  4 of 4, passed
  rest    [####################]  7 of 7, passed
`);
  expect(code).toBe(0);
});

/** Another fleet, of two databases on one server; commands run in this process. */
function another(name: string, more: object) {
  const file = join(folder, `${name}.yaml`);
  const [a, , b] = scene.databases;
  const targets = [a, b].map((each) => ({ name: each?.name, url: each?.url }));
  const indexes = [{ table: "events", name: `events_${name}_idx`, columns: ["id"] }];
  const waves = [{ name: "all" }];
  writeFileSync(file, JSON.stringify({ name, targets, indexes, waves, ...more }));
  const command = (...args: string[]) =>
    pgindex(["fleet", ...args, "--file", file], { PGINDEX_FLEET_URL: scene.queue.url });
  const status = async () => JSON.parse((await command("status", "--json")).out);
  return { command, status };
}

test("a build of somebody else's counts: with a bound of one, the fleet waits for it", async () => {
  const { url } = scene.servers[0] as EmbeddedServer;
  const { command, status } = another("bound", { maxBuildsPerServer: 1 });
  await withClient(url, async (writer) => {
    await writer.query("CREATE TABLE other AS SELECT 1 AS a");
    await writer.query("BEGIN");
    await writer.query("INSERT INTO other VALUES (2)");
    await withClient(url, async (builder) => {
      const building = builder.query("CREATE INDEX CONCURRENTLY ON other (a)");
      expect((await command("start")).code).toBe(0);
      const working = command("work", "--until-done");
      await until("the fleet waits", async () => {
        const { running } = await status();
        return running[0]?.note === "waits for its turn: 1 builds on the server, 1 allowed";
      });
      expect(await status()).toMatchObject({ waves: [{ targets: { done: 0 } }] });
      await writer.query("COMMIT");
      await building;
      expect((await working).code).toBe(0);
    });
  });
  expect(await status()).toMatchObject({ state: "done", waves: [{ targets: { done: 2 } }] });
});

test("outside of its window nothing is begun, and no worker waits for it", async () => {
  const month = ((new Date().getUTCMonth() + 6) % 12) + 1;
  const windows = [{ cron: `0 22 1 ${month} *`, for: "6h" }];
  const { command, status } = another("window", { windows });
  await command("start");
  const working = command("work", "--until-done");
  await until("all have been put off", async () => {
    const { waitingFor, running } = await status();
    return waitingFor[0]?.targets === 2 && running.length === 0;
  });
  expect((await status()).waitingFor[0].note).toMatch(/^for the window of 20\d\d-\d\d-01T22:00/);
  expect((await command("stop")).code).toBe(0);
  expect((await working).code).toBe(2);
});

test("what is declared no more is dropped, as by pulumi up", async () => {
  const indexes = [{ table: "events", name: "events_kept_idx", columns: ["id", "account_id"] }];
  const { command } = another("bound", { indexes });
  await command("start");
  expect((await command("work", "--until-done")).code).toBe(0);
  const { rows } = await withClient(scene.databases[0]?.url ?? "", (client) =>
    client.query("SELECT indexrelname AS name FROM pg_stat_user_indexes"),
  );
  const names = rows.map(({ name }) => name);
  expect(names).toContain("events_kept_idx");
  expect(names).not.toContain("events_bound_idx");
});
