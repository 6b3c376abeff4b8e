import { randomUUID } from "node:crypto";
import type { Query } from "../../engine/session/query";
import { PACKAGE_VERSION } from "../../packageManifest";
import type { FleetGate } from "../declare/fleetSchema";
import { shareOf } from "../declare/share";
import { type NewJob, type Queue, queueName } from "../queue/queue";
import { lockRollout, noteEvent, type Rollout, setRolloutState } from "./rollout";
import { haltedText } from "./rolloutMessages";

/** How far a wave is. */
interface WaveCount {
  readonly number: number;
  readonly name: string;
  readonly state: "waiting" | "open" | "proving" | "passed";
  readonly targets: number;
  readonly unfinished: number;
  readonly failed: number;
}

/**
 * Takes the rollout as far as it can go now, within the caller's transaction: stops it by its failure
 * policy, opens the next wave, queues what waits, asks for a wave's proof, ends it. Nothing happens
 * twice when it is called again, so every process calls it after anything that may matter.
 */
export async function advance(query: Query, queue: Queue, id: string): Promise<void> {
  const rollout = await lockRollout(query, id);
  // Another release may decide otherwise; `resume` takes a rollout over.
  if (rollout.state !== "running" || rollout.release !== PACKAGE_VERSION) return;
  const waves = await countWaves(query, id);
  const current = waves.find(({ state }) => state !== "passed");
  if (current && isOver(current, rollout)) {
    await setRolloutState(query, id, "halted", haltedText(current.name, current.failed));
    return;
  }
  if (current?.state === "waiting") await openWave(query, id, current);
  await queueTargets(query, queue, rollout, current?.number ?? waves.length);
  if (current && current.state !== "proving" && current.unfinished === 0)
    await askForProof(query, queue, {
      rollout,
      wave: current.number,
      inMs: gateOf(rollout, current.number, waves.length)?.soakMs ?? 0,
    });
  if (!current && waves.every(({ unfinished }) => unfinished === 0))
    await setRolloutState(query, id, "done");
}

async function countWaves(query: Query, rollout: string): Promise<WaveCount[]> {
  return query<WaveCount>(
    `SELECT w.number, w.name, w.state, count(t.name)::int AS targets,
            (count(*) FILTER (WHERE t.state IN ('waiting', 'running')))::int AS unfinished,
            (count(*) FILTER (WHERE t.state = 'failed'))::int AS failed
       FROM pgindex_fleet.wave w
       LEFT JOIN pgindex_fleet.target t ON t.rollout = w.rollout AND t.wave = w.number
      WHERE w.rollout = $1 GROUP BY w.rollout, w.number ORDER BY w.number`,
    [rollout],
  );
}

/** Whether so many have failed that nothing more may begin. */
function isOver({ failed, targets }: WaveCount, { settings: { onFailure } }: Rollout): boolean {
  const most = "share" in onFailure ? shareOf(targets, onFailure.share) : onFailure.after;
  return failed > 0 && failed >= most;
}

async function openWave(query: Query, rollout: string, { number, name }: WaveCount): Promise<void> {
  await query(
    `UPDATE pgindex_fleet.wave SET state = 'open', began_at = clock_timestamp()
      WHERE rollout = $1 AND number = $2`,
    [rollout, number],
  );
  await noteEvent(query, rollout, { what: `wave ${name} begins` });
}

/** Those of earlier waves are there again when they are retried. */
async function queueTargets(
  query: Query,
  queue: Queue,
  { id, fleet }: Rollout,
  upTo: number,
): Promise<void> {
  const rows = await query<{ name: string; job: string; server: string; hasSlot: boolean }>(
    `UPDATE pgindex_fleet.target SET job = gen_random_uuid()
      WHERE rollout = $1 AND wave <= $2 AND state = 'waiting' AND job IS NULL
      RETURNING name, job, server_key AS server, has_slot AS "hasSlot"`,
    [id, upTo],
  );
  const jobs = rows.map(
    ({ name, job, server, hasSlot }): NewJob => ({
      id: job,
      data: { kind: "target", rollout: id, target: name },
      group: server,
      // Others wait for the place that its dead worker has left it.
      isUrgent: hasSlot,
    }),
  );
  await queue.add(query, queueName(fleet, "target"), jobs);
}

/** The gate behind a wave: nothing waits for the last one, which is only to be valid. */
export function gateOf({ settings }: Rollout, wave: number, waves: number): FleetGate | undefined {
  return wave < waves - 1 ? settings.gate : undefined;
}

/** A wave whose proof is asked for. */
export interface Asked {
  readonly rollout: Rollout;
  readonly wave: number;
  readonly inMs: number;
}

/** The soak is a job that is not due yet: nobody has to wait for it. */
export async function askForProof(
  query: Query,
  queue: Queue,
  { rollout: { id, fleet }, wave, inMs }: Asked,
): Promise<void> {
  const job = randomUUID();
  await query(
    "UPDATE pgindex_fleet.wave SET state = 'proving', job = $3 WHERE rollout = $1 AND number = $2",
    [id, wave, job],
  );
  const startAfter = new Date(Date.now() + inMs);
  await queue.add(query, queueName(fleet, "gate"), [
    { id: job, data: { kind: "gate", rollout: id, wave }, startAfter },
  ]);
}
