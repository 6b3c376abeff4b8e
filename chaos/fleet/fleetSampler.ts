// Looks at the servers, many times a second, at what builds there.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { FleetScene } from "./fleetScene.ts";

export interface Samples {
  /** How often each server was looked at. */
  looks: number;
  /** The most builds that one server ever had at a time. */
  most: number;
  /** The most builds that one database ever had at a time. */
  mostOfOne: number;
}

const EVERY_MS = 50;

/** Samples until `stop` is called, which returns what was seen. */
export async function sampleBuilds(scene: FleetScene): Promise<{ stop(): Promise<Samples> }> {
  const samples: Samples = { looks: 0, most: 0, mostOfOne: 0 };
  const clients = scene.servers.map(({ url }) => new pg.Client({ connectionString: url }));
  for (const client of clients) await client.connect();
  let isOver = false;
  const look = async (client: pg.Client) => {
    const { rows } = await client.query(
      "SELECT count(*)::int AS builds FROM pg_stat_progress_create_index GROUP BY datid",
    );
    const builds: number[] = rows.map((row) => row.builds);
    samples.looks += 1;
    samples.most = Math.max(
      samples.most,
      builds.reduce((sum, count) => sum + count, 0),
    );
    samples.mostOfOne = Math.max(samples.mostOfOne, ...builds);
  };
  const loops = clients.map(async (client) => {
    while (!isOver) {
      await look(client);
      await sleep(EVERY_MS);
    }
    await client.end();
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
      return samples;
    },
  };
}
