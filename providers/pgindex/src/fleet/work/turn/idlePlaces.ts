import type { Control } from "../../queue/controlDatabase";
import { type Queue, queueName } from "../../queue/queue";
import { giveBack } from "../deadWorkers";
import type { Held, HeldTarget } from "../transitions";

interface Place {
  readonly rollout: string;
  readonly fleet: string;
  readonly release: string;
  readonly name: string;
  readonly state: "waiting" | "running";
  readonly worker: string;
  readonly job: string | null;
}

/**
 * Whether a place on the server is that of a target on which nobody works: its worker has died. Who
 * waits for a place then has to step back, since the queue hands out no more targets of a server than
 * it may have builds: all of them could be waiting for places that no job is left to give back.
 */
export async function hasIdlePlace(
  { control, queue }: { readonly control: Control; readonly queue: Queue },
  { rollout, target }: Held,
  { serverKey }: HeldTarget,
): Promise<boolean> {
  const places = await control.query<Place>(
    `SELECT r.id AS rollout, r.fleet, r.release, t.name, t.state, t.worker, t.job
       FROM pgindex_fleet.target t JOIN pgindex_fleet.rollout r ON r.id = t.rollout
      WHERE r.state = 'running' AND (t.rollout = $2 OR t.state = 'running')
        AND t.server_key = $1 AND t.has_slot AND NOT (t.rollout = $2 AND t.name = $3)`,
    [serverKey, rollout, target],
  );
  for (const place of places) {
    const { fleet, release, job } = place;
    if (place.state === "waiting") return true;
    // The worker was on another machine, and the queue has not heard of it.
    if (job === null || !(await queue.isUntaken(queueName(fleet, "target", release), job)))
      continue;
    await giveBack(control, queue, place, [{ ...place, job }]);
    return true;
  }
  return false;
}
