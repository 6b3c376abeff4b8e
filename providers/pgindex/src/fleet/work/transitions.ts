import type { Query } from "../../engine/session/query";
import { type Queue, queueName } from "../queue/queue";
import { advance } from "../rollout/advance";
import { noteEvent } from "../rollout/rollout";

/** A target's job, in the hands of one worker. */
export interface Held {
  readonly rollout: string;
  readonly target: string;
  /** The job's id, which a target has only while it is its job. */
  readonly job: string;
  readonly worker: string;
}

/** What the rollout has planned for the target. */
export interface HeldTarget {
  readonly serverKey: string;
  /** Of its database and schema; null if it was away. */
  readonly place: string | null;
  readonly attempts: number;
}

/**
 * Takes the target; undefined if the job is not its job any more, or the rollout does not run: the
 * target then waits for the next `advance`.
 */
export async function takeTarget(query: Query, held: Held): Promise<HeldTarget | undefined> {
  const [taken] = await query<HeldTarget>(
    `UPDATE pgindex_fleet.target t
        SET state = 'running', worker = $4, attempts = attempts + 1, note = NULL, problem = NULL,
            began_at = clock_timestamp(), ended_at = NULL
       FROM pgindex_fleet.rollout r
      WHERE r.id = t.rollout AND r.state = 'running' AND t.rollout = $1 AND t.name = $2
        AND t.job = $3 AND t.state IN ('waiting', 'running')
      RETURNING t.server_key AS "serverKey", t.database_hash AS place, t.attempts`,
    [held.rollout, held.target, held.job, held.worker],
  );
  if (taken) await noteEvent(query, held.rollout, { ...held, what: "taken" });
  else await putBack(query, held);
  return taken;
}

/** Whether this worker still has it: another one may have, once it was not heard of for long. */
export async function isHeld(query: Query, held: Held): Promise<boolean> {
  const rows = await query(
    `SELECT FROM pgindex_fleet.target
      WHERE rollout = $1 AND name = $2 AND job = $3 AND worker = $4 AND state = 'running'`,
    [held.rollout, held.target, held.job, held.worker],
  );
  return rows.length > 0;
}

/** Lets it wait again, without a job: `advance` gives it a new one when the rollout runs. */
async function putBack(query: Query, held: Held): Promise<void> {
  const back = await query(
    `UPDATE pgindex_fleet.target
        SET state = 'waiting', job = NULL, has_slot = false, note = NULL
      WHERE rollout = $1 AND name = $2 AND job = $3 AND state IN ('waiting', 'running')
      RETURNING name`,
    [held.rollout, held.target, held.job],
  );
  if (back.length > 0) await noteEvent(query, held.rollout, { ...held, what: "put back" });
}

/** Lets it wait: until `at`, as the queue's job, or until the rollout goes on. */
export async function putOff(
  query: Query,
  queue: Queue,
  { held, planned }: { readonly held: Held; readonly planned: HeldTarget },
  { at, note = null }: { readonly at?: Date; readonly note?: string | null },
): Promise<void> {
  await putBack(query, held);
  if (!at) return;
  const [row] = await query<{ fleet: string; job: string }>(
    `UPDATE pgindex_fleet.target t SET job = gen_random_uuid(), note = $3
       FROM pgindex_fleet.rollout r
      WHERE r.id = t.rollout AND t.rollout = $1 AND t.name = $2 AND t.state = 'waiting'
        AND t.job IS NULL RETURNING r.fleet, t.job`,
    [held.rollout, held.target, note],
  );
  if (!row) return;
  const { rollout, target } = held;
  await queue.add(query, queueName(row.fleet, "target"), [
    {
      id: row.job,
      data: { kind: "target", rollout, target },
      group: planned.serverKey,
      startAfter: at,
    },
  ]);
}

/** How a target has ended. */
export interface Ending {
  readonly state: "done" | "failed";
  readonly problem?: string;
  readonly buildSeconds?: number;
  /** Of its tables, for what a later build will take. */
  readonly bytes?: number;
}

/** Records the end, and goes on with the rollout. */
export async function endTarget(
  query: Query,
  queue: Queue,
  held: Held,
  { state, problem, buildSeconds, bytes }: Ending,
): Promise<void> {
  const ended = await query(
    `UPDATE pgindex_fleet.target
        SET state = $4, problem = $5, build_seconds = $6, bytes = $7, has_slot = false,
            note = NULL, job = NULL, ended_at = clock_timestamp()
      WHERE rollout = $1 AND name = $2 AND job = $3 AND state = 'running' RETURNING name`,
    [
      held.rollout,
      held.target,
      held.job,
      state,
      problem ?? null,
      buildSeconds ?? null,
      bytes ?? null,
    ],
  );
  if (ended.length === 0) return;
  await noteEvent(query, held.rollout, { ...held, what: problem ? `failed: ${problem}` : state });
  await advance(query, queue, held.rollout);
}

/** What it does or waits for, for status. */
export async function noteTarget(query: Query, held: Held, note: string): Promise<void> {
  await query(
    `UPDATE pgindex_fleet.target SET note = $4
      WHERE rollout = $1 AND name = $2 AND job = $3 AND state = 'running'`,
    [held.rollout, held.target, held.job, note],
  );
}
