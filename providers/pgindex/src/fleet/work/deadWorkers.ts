import { hostname } from "node:os";
import type { Control } from "../queue/controlDatabase";
import { type Queue, queueName } from "../queue/queue";
import { advance } from "../rollout/advance";
import { noteEvent, type Rollout } from "../rollout/rollout";
import { isOfNobody } from "./processOfHost";

/** A worker's name in the records. */
export function workerName(key: string): string {
  return `${hostname()}:${process.pid}:${key}`;
}

/**
 * Gives back at once what dead workers of this machine had: those of other machines are noticed by
 * their silence. A target keeps its place on the server, since its build goes on there.
 */
export async function freeDead(
  control: Control,
  queue: Queue,
  { id, fleet, release }: Rollout,
): Promise<void> {
  const running = await control.query<Left>(
    `SELECT name, worker, job FROM pgindex_fleet.target
      WHERE rollout = $1 AND state = 'running' AND worker IS NOT NULL AND job IS NOT NULL`,
    [id],
  );
  const dead = running.filter(({ worker }) => isDead(worker));
  if (dead.length === 0) return;
  await giveBack(control, queue, { rollout: id, fleet, release }, dead);
}

interface Abandoned {
  readonly rollout: string;
  readonly fleet: string;
  readonly release: string;
}

/** What a worker had that is dead. */
export interface Left {
  readonly name: string;
  readonly worker: string;
  readonly job: string;
}

/** Lets targets wait for another worker, in a new job; a target that has one by now keeps it. */
export async function giveBack(
  { transaction }: Control,
  queue: Queue,
  { rollout, fleet, release }: Abandoned,
  left: readonly Left[],
): Promise<void> {
  await transaction(async (query) => {
    const freed = await query<Left>(
      `UPDATE pgindex_fleet.target t SET state = 'waiting', job = NULL, note = NULL
         FROM jsonb_to_recordset($2::jsonb) AS dead(job uuid, worker text)
        WHERE t.rollout = $1 AND t.state = 'running' AND t.job = dead.job AND t.worker = dead.worker
        RETURNING t.name, t.worker, dead.job`,
      [rollout, JSON.stringify(left)],
    );
    const jobs = freed.map(({ job }) => job);
    await queue.cancel(query, queueName(fleet, "target", release), jobs);
    for (const { name: target, worker } of freed)
      await noteEvent(query, rollout, { what: "its worker is dead", target, worker });
    await advance(query, queue, rollout);
  });
}

function isDead(worker: string): boolean {
  const [host = "", pid] = worker.split(":");
  return isOfNobody({ host, pid: Number(pid) });
}
