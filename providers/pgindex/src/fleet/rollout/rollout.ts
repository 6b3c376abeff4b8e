import { onlyRow, type Query } from "../../engine/session/query";
import type { FailurePolicy, FleetGate } from "../declare/fleetSchema";
import type { Window } from "../declare/windows";
import type { Mode } from "../plan/fleetPlan";

/** A rollout that is `halted` waits for a person: its failure policy has stopped it. */
export type RolloutState = "running" | "paused" | "halted" | "stopped" | "done";

/** What of the fleet's file a rollout keeps: all that its workers have to agree on. */
export interface RolloutSettings {
  readonly maxBuildsPerServer: number;
  readonly onFailure: FailurePolicy;
  readonly gate?: FleetGate;
  readonly windows: readonly Window[];
  readonly holdBack: { readonly replicaLag?: number; readonly activeSessions?: number };
}

export interface Rollout {
  readonly id: string;
  readonly fleet: string;
  readonly mode: Mode;
  /** The release of pulumi-pgindex that has begun it; another one's workers leave it alone. */
  readonly release: string;
  readonly state: RolloutState;
  readonly reason: string | null;
  readonly settings: RolloutSettings;
  readonly indexes: readonly unknown[];
}

const COLUMNS = "id, fleet, mode, release, state, reason, settings, indexes";

/** The fleet's last rollout. */
export async function lastRollout(query: Query, fleet: string): Promise<Rollout | undefined> {
  const [found] = await query<Rollout>(
    `SELECT ${COLUMNS} FROM pgindex_fleet.rollout WHERE fleet = $1 ORDER BY id DESC LIMIT 1`,
    [fleet],
  );
  return found;
}

export async function readRollout(query: Query, id: string): Promise<Rollout> {
  return onlyRow(
    await query<Rollout>(`SELECT ${COLUMNS} FROM pgindex_fleet.rollout WHERE id = $1`, [id]),
  );
}

/**
 * As {@link readRollout}, and nobody else changes it until the transaction ends. FOR UPDATE would wait
 * for every event of the rollout, which refers to it, and two that have noted one would deadlock.
 */
export async function lockRollout(query: Query, id: string): Promise<Rollout> {
  return onlyRow(
    await query<Rollout>(
      `SELECT ${COLUMNS} FROM pgindex_fleet.rollout WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    ),
  );
}

export async function setRolloutState(
  query: Query,
  id: string,
  state: RolloutState,
  reason: string | null = null,
): Promise<void> {
  await query(
    `UPDATE pgindex_fleet.rollout SET state = $2, reason = $3,
            ended_at = CASE WHEN $2 IN ('done', 'stopped') THEN clock_timestamp() END
      WHERE id = $1`,
    [id, state, reason],
  );
  await noteEvent(query, id, { what: reason ? `${state}: ${reason}` : state });
}

export async function noteEvent(
  query: Query,
  rollout: string,
  event: { readonly what: string; readonly target?: string; readonly worker?: string },
): Promise<void> {
  await query(
    "INSERT INTO pgindex_fleet.event (rollout, target, worker, what) VALUES ($1, $2, $3, $4)",
    [rollout, event.target ?? null, event.worker ?? null, event.what],
  );
}
