// One rollout under trouble: what npm run chaos -- --fleet and a test run alike.
import { setTimeout as sleep } from "node:timers/promises";
import { withClient } from "../chaosServer.ts";
import { brokenPromises, takenTwice } from "./fleetJudge.ts";
import { fleet, Workers } from "./fleetProcesses.ts";
import { type Samples, sampleBuilds } from "./fleetSampler.ts";
import type { FleetScene } from "./fleetScene.ts";

export interface FleetTrouble {
  readonly workers: number;
  readonly concurrency: number;
  /** Killed one after the other, with so much time in between. */
  readonly kills: number;
  readonly killEveryMs: number;
  readonly restartsQueue: boolean;
  readonly say: (line: string) => void;
}

export interface FleetOutcome {
  readonly broken: readonly string[];
  readonly samples: Samples;
  readonly seconds: number;
  readonly killed: number;
  /** The most memory of any worker. */
  readonly peakMb: number;
  /** What the halted rollout said of the failed target. */
  readonly halted: string;
}

interface Status {
  readonly state: string;
  readonly failed: readonly { readonly target: string; readonly problem: string }[];
  readonly running: readonly { readonly target: string; readonly worker: string | null }[];
}

/** Runs a rollout from its start to its end. One target fails, and is mended and retried. */
export async function runFleet(scene: FleetScene, trouble: FleetTrouble): Promise<FleetOutcome> {
  const { say } = trouble;
  const victim = scene.databases.at(-1)?.name ?? "";
  const began = Date.now();
  const started = await fleet(scene, "start");
  if (started.code !== 0) throw new Error(started.err);
  await spoil(scene, victim);
  const sampler = await sampleBuilds(scene);
  const workers = new Workers(scene);
  const args = ["--concurrency", String(trouble.concurrency)];
  const killedPids = new Set<number>();
  try {
    workers.start(trouble.workers, ...args);
    const troubling = makeTrouble(scene, trouble, async () => {
      const pid = await builderOf(scene);
      if (pid === undefined || !workers.pids.includes(pid)) return false;
      killedPids.add(pid);
      await workers.kill(pid, ...args);
      return true;
    });
    const status = await untilState(scene, workers, "halted");
    const halted = status.failed.map(({ target, problem }) => `${target}: ${problem}`).join("; ");
    say(`halted: ${halted}`);
    await mend(scene, victim);
    const retried = await fleet(scene, "retry", victim);
    if (retried.code !== 0) throw new Error(retried.err);
    await untilState(scene, workers, "done");
    const seconds = (Date.now() - began) / 1000;
    await troubling;
    await workers.stop();
    const samples = await sampler.stop();
    const twice = await takenTwice(scene, (worker) => killedPids.has(Number(worker.split(":")[1])));
    const broken = [...(await brokenPromises(scene)), ...twice];
    const { killed, peakMb } = workers;
    return { broken, samples, seconds, killed, peakMb, halted };
  } finally {
    await workers.stop();
    await sampler.stop();
  }
}

/** A row twice, after the plan has seen none: the build of a unique index fails there. */
async function spoil(scene: FleetScene, victim: string): Promise<void> {
  await withClient(urlOf(scene, victim), (client) =>
    client.query("INSERT INTO events SELECT id, account_id FROM events LIMIT 1"),
  );
}

async function mend(scene: FleetScene, victim: string): Promise<void> {
  await withClient(urlOf(scene, victim), (client) =>
    client.query("DELETE FROM events WHERE ctid NOT IN (SELECT min(ctid) FROM events GROUP BY id)"),
  );
}

function urlOf({ databases }: FleetScene, name: string): string {
  return databases.find((each) => each.name === name)?.url ?? "";
}

async function makeTrouble(
  scene: FleetScene,
  { kills, killEveryMs, restartsQueue, say }: FleetTrouble,
  kill: () => Promise<boolean>,
): Promise<void> {
  for (let i = 0; i < kills; i += 1) {
    await sleep(killEveryMs);
    while (!(await kill().catch(() => false))) {
      if ((await statusOf(scene)).state === "done") return;
      await sleep(100);
    }
    say(`killed a worker that built (${i + 1} of ${kills})`);
    if (!restartsQueue || i !== Math.floor(kills / 2)) continue;
    await scene.queue.restart();
    say("restarted the queue's server");
  }
}

/** The process of a worker that has a target now. */
async function builderOf(scene: FleetScene): Promise<number | undefined> {
  const { running } = await statusOf(scene);
  const one = running[Math.floor(Math.random() * running.length)];
  return one?.worker ? Number(one.worker.split(":")[1]) : undefined;
}

/** By the records: a command costs half a second of a processor each time. */
export async function statusOf(scene: FleetScene): Promise<Status> {
  return withClient(scene.queue.url, async (client) => {
    const { rows } = await client.query<Status>(
      `SELECT state, (SELECT coalesce(jsonb_agg(jsonb_build_object('target', name, 'problem', problem)), '[]')
                        FROM pgindex_fleet.target WHERE rollout = r.id AND state = 'failed') AS failed,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('target', name, 'worker', worker)), '[]')
                 FROM pgindex_fleet.target WHERE rollout = r.id AND state = 'running') AS running
         FROM pgindex_fleet.rollout r ORDER BY id DESC LIMIT 1`,
    );
    const [status] = rows;
    if (!status) throw new Error("there is no rollout");
    return status;
  });
}

const TOO_LONG_MS = 60 * 60 * 1000;

async function untilState(scene: FleetScene, workers: Workers, wanted: string): Promise<Status> {
  const deadline = Date.now() + TOO_LONG_MS;
  for (;;) {
    const status = await statusOf(scene).catch(() => undefined);
    workers.measure();
    if (status?.state === wanted) return status;
    if (Date.now() > deadline) throw new Error(`it was never ${wanted}`);
    await sleep(200);
  }
}
