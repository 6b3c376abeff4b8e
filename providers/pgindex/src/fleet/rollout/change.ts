import { PgIndexError } from "../../engine/errors/advice";
import type { Query } from "../../engine/session/query";
import { PACKAGE_VERSION } from "../../packageManifest";
import type { Control } from "../queue/controlDatabase";
import type { Queue } from "../queue/queue";
import { advance } from "./advance";
import { lastRollout, lockRollout, type Rollout, setRolloutState } from "./rollout";
import { noRolloutAdvice, nothingToRetryAdvice, wrongStateAdvice } from "./rolloutMessages";

/** A fleet in its control database. */
export interface FleetQueue {
  readonly control: Control;
  readonly queue: Queue;
  readonly fleet: string;
}

/** Begins nothing more; what runs is finished. */
export function pauseRollout(at: FleetQueue): Promise<Rollout> {
  return change(at, ["running"], (query, { id }) => setRolloutState(query, id, "paused"));
}

/** Ends it for good; what runs is finished. */
export function stopRollout(at: FleetQueue): Promise<Rollout> {
  return change(at, ["running", "paused", "halted"], (query, { id }) =>
    setRolloutState(query, id, "stopped"),
  );
}

/** Goes on, with this release. `leaveFailed`: without what has failed. */
export function resumeRollout(at: FleetQueue, leaveFailed: boolean): Promise<Rollout> {
  const from = leaveFailed ? (["paused", "halted"] as const) : (["paused"] as const);
  return change(at, from, async (query, { id }) => {
    await query("UPDATE pgindex_fleet.rollout SET release = $2 WHERE id = $1", [
      id,
      PACKAGE_VERSION,
    ]);
    // Jobs are in the queues of a release, and the places of dead workers are others' by now.
    await query(
      `UPDATE pgindex_fleet.target SET job = NULL, has_slot = false
        WHERE rollout = $1 AND state = 'waiting'`,
      [id],
    );
    await query(
      `UPDATE pgindex_fleet.wave SET state = 'open', job = NULL
        WHERE rollout = $1 AND state = 'proving'`,
      [id],
    );
    if (leaveFailed)
      await query(
        `UPDATE pgindex_fleet.target SET state = 'left' WHERE rollout = $1 AND state = 'failed'`,
        [id],
      );
    await setRolloutState(query, id, "running");
    await advance(query, at.queue, id);
  });
}

/** Does again what has failed, or the targets that are named, and goes on. */
export function retryTargets(at: FleetQueue, names: readonly string[]): Promise<Rollout> {
  return change(at, ["running", "paused", "halted", "done"], async (query, { id, state }) => {
    const again = await query<{ wave: number }>(
      `UPDATE pgindex_fleet.target
          SET state = 'waiting', job = NULL, has_slot = false, ended_at = NULL
        WHERE rollout = $1 AND state <> ALL ('{waiting,running}')
          AND CASE WHEN cardinality($2::text[]) = 0 THEN state = 'failed' ELSE name = ANY ($2) END
        RETURNING wave`,
      [id, names],
    );
    if (again.length === 0) throw new PgIndexError(nothingToRetryAdvice(at.fleet, names));
    await query(
      `UPDATE pgindex_fleet.wave SET state = 'open', job = NULL
        WHERE rollout = $1 AND state = 'proving' AND number = ANY ($2)`,
      [id, again.map(({ wave }) => wave)],
    );
    if (state !== "paused") await setRolloutState(query, id, "running");
    await advance(query, at.queue, id);
  });
}

async function change(
  { control, fleet }: FleetQueue,
  from: readonly Rollout["state"][],
  work: (query: Query, rollout: Rollout) => Promise<void>,
): Promise<Rollout> {
  return control.transaction(async (query) => {
    const last = await lastRollout(query, fleet);
    if (!last) throw new PgIndexError(noRolloutAdvice(fleet));
    const rollout = await lockRollout(query, last.id);
    if (!from.includes(rollout.state))
      throw new PgIndexError(wrongStateAdvice(rollout, from.join(" or ")));
    await work(query, rollout);
    return lockRollout(query, last.id);
  });
}
