import { PgIndexError } from "../../engine/errors/advice";
import { onlyRow, type Query } from "../../engine/session/query";
import { PACKAGE_VERSION } from "../../packageManifest";
import type { Fleet } from "../declare/fleetSchema";
import type { FleetPlan } from "../plan/fleetPlan";
import { placeOf } from "../plan/place";
import type { Control } from "../queue/controlDatabase";
import type { Queue } from "../queue/queue";
import { advance } from "./advance";
import { noteEvent, type RolloutState } from "./rollout";
import { otherFleetAdvice, runningAdvice } from "./rolloutMessages";

/** Records a rollout and queues its first wave, or nothing at all. Throws {@link PgIndexError}. */
export async function startRollout(
  control: Control,
  queue: Queue,
  plan: FleetPlan,
  fleet: Fleet,
): Promise<string> {
  return control.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtext('pgindex_fleet start'))");
    await refuseSecond(query, plan);
    const id = await insertRollout(query, plan, fleet);
    await insertWaves(query, id, plan);
    await noteEvent(query, id, { what: "started" });
    await advance(query, queue, id);
    return id;
  });
}

async function refuseSecond(query: Query, { fleet, waves }: FleetPlan): Promise<void> {
  const [live] = await query<{ fleet: string; state: RolloutState }>(
    `SELECT fleet, state FROM pgindex_fleet.rollout
      WHERE fleet = $1 AND state IN ('running', 'paused', 'halted')`,
    [fleet],
  );
  if (live) throw new PgIndexError(runningAdvice(live));
  const hashes = waves
    .flatMap(({ targets }) => targets)
    .flatMap(({ identity, target }) => (identity ? placeOf(identity, target) : []));
  const shared = await query<{ fleet: string; name: string }>(
    `SELECT r.fleet, t.name FROM pgindex_fleet.rollout r
       JOIN pgindex_fleet.target t ON t.rollout = r.id
      WHERE r.state IN ('running', 'paused', 'halted') AND t.database_hash = ANY ($1)
      ORDER BY r.id, t.name`,
    [hashes],
  );
  const [first] = shared;
  if (first) {
    const ofFirst = shared.filter((each) => each.fleet === first.fleet);
    throw new PgIndexError(
      otherFleetAdvice(
        first.fleet,
        ofFirst.map(({ name }) => name),
      ),
    );
  }
}

async function insertRollout(query: Query, plan: FleetPlan, fleet: Fleet): Promise<string> {
  const { maxBuildsPerServer, onFailure, gate, windows, holdBack } = fleet;
  const settings = { maxBuildsPerServer, onFailure, gate, windows, holdBack };
  const rows = await query<{ id: string }>(
    `INSERT INTO pgindex_fleet.rollout (fleet, mode, release, settings, indexes)
     VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [
      plan.fleet,
      plan.mode,
      PACKAGE_VERSION,
      JSON.stringify(settings),
      JSON.stringify(plan.indexes),
    ],
  );
  return onlyRow(rows).id;
}

async function insertWaves(query: Query, rollout: string, { waves }: FleetPlan): Promise<void> {
  for (const [number, { name, targets }] of waves.entries()) {
    await query("INSERT INTO pgindex_fleet.wave (rollout, number, name) VALUES ($1, $2, $3)", [
      rollout,
      number,
      name,
    ]);
    const rows = targets.map(({ target, server, serverKey, identity }) => ({
      name: target.name,
      server,
      server_key: serverKey,
      database_hash: identity ? placeOf(identity, target) : null,
      database_oid: identity?.oid ?? null,
    }));
    await query(
      `INSERT INTO pgindex_fleet.target
         (rollout, wave, name, server, server_key, database_hash, database_oid)
       SELECT $1, $2, name, server, server_key, database_hash, database_oid
         FROM jsonb_to_recordset($3::jsonb) AS t(name text, server text, server_key text,
              database_hash text, database_oid bigint)`,
      [rollout, number, JSON.stringify(rows)],
    );
  }
}
