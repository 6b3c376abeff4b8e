import type { Query } from "../../../engine/session/query";
import type { Session } from "../../../engine/session/session";
import type { Target } from "../../declare/targetSchema";
import type { Control } from "../../queue/controlDatabase";
import type { Held, HeldTarget } from "../transitions";

/**
 * Takes a place for a build on the target's server, if one is free. Counted are the builds that run
 * there, whoever started them, since a dead worker's build goes on; and the targets that have a place
 * and are not building yet. A target keeps its place when its worker dies (see idlePlaces.ts); to
 * other rollouts it has none then.
 */
export async function takeSlot(
  control: Control,
  held: Held,
  { serverKey }: HeldTarget,
  at: Place & { readonly most: number },
): Promise<{ readonly isTaken: boolean; readonly used: number }> {
  return control.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtext('pgindex_fleet slot'), hashtext($1))", [
      serverKey,
    ]);
    const builds = await buildsElsewhere(at);
    const placed = await placesTaken(query, held, serverKey);
    const used = builds.length + notBuilding(placed, builds);
    if (used >= at.most) return { isTaken: false, used };
    await query(
      `UPDATE pgindex_fleet.target SET has_slot = true
        WHERE rollout = $1 AND name = $2 AND job = $3`,
      [held.rollout, held.target, held.job],
    );
    return { isTaken: true, used };
  });
}

/** Where a target is, as its session sees it. */
interface Place {
  readonly session: Session;
  /** Of its database. */
  readonly oid: number;
  readonly target: Pick<Target, "schema">;
}

interface Build {
  readonly oid: number;
  readonly isOurs: boolean;
}

/** Any role sees all builds, if not their tables. What a dead worker has left of the target is its own. */
async function buildsElsewhere({ session, oid, target }: Place): Promise<Build[]> {
  return session.queryAsLogin<Build>(
    `SELECT oid, "isOurs" FROM (
       SELECT p.datid::int8::float8 AS oid, p.datid = $1::int8::oid AS "isHere", n.nspname,
              coalesce(a.application_name LIKE 'pgindex %', false) AS "isOurs"
         FROM pg_stat_progress_create_index p LEFT JOIN pg_stat_activity a USING (pid)
         LEFT JOIN pg_class c ON c.oid = p.relid AND p.datid = $1::int8::oid
         LEFT JOIN pg_namespace n ON n.oid = c.relnamespace) b
      WHERE NOT ("isHere" AND "isOurs" AND coalesce(nspname = $2, $2 IS NULL))`,
    [oid, target.schema ?? null],
  );
}

/** How many targets have a place and build nothing yet: each build of ours is one of theirs. */
function notBuilding(placed: readonly number[], builds: readonly Build[]): number {
  const left = builds.filter(({ isOurs }) => isOurs).map(({ oid }) => oid);
  return placed.filter((oid) => {
    const at = left.indexOf(oid);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  }).length;
}

async function placesTaken(query: Query, held: Held, serverKey: string): Promise<number[]> {
  const rows = await query<{ oid: number | null }>(
    `SELECT t.database_oid::float8 AS oid
       FROM pgindex_fleet.target t JOIN pgindex_fleet.rollout r ON r.id = t.rollout
      WHERE r.state IN ('running', 'paused', 'halted') AND (t.rollout = $2 OR t.state = 'running')
        AND t.server_key = $1 AND t.has_slot AND NOT (t.rollout = $2 AND t.name = $3)`,
    [serverKey, held.rollout, held.target],
  );
  return rows.map(({ oid }) => oid ?? -1);
}
