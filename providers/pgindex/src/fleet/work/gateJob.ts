import pLimit from "p-limit";
import { firstLine } from "../../engine/errors/advice";
import type { Query } from "../../engine/session/query";
import type { FleetGate } from "../declare/fleetSchema";
import { shareOf } from "../declare/share";
import { advance, askForProof, gateOf } from "../rollout/advance";
import { lockRollout, noteEvent, type Rollout, readRollout } from "../rollout/rollout";
import { missingOf } from "./proof";
import type { Workplace } from "./workplace";

/** A wave that is to be judged. */
export interface HeldGate {
  readonly rollout: string;
  readonly wave: number;
  readonly job: string;
}

/** What is missing of one target's proof; nothing if it is proved. */
interface Judged {
  readonly target: string;
  readonly missing: readonly string[];
}

/** So many databases are measured side by side. */
const SIDE_BY_SIDE = 4;

/** Judges a wave. It passes, or is judged again later. */
export async function judgeWave(worker: Workplace, held: HeldGate): Promise<void> {
  const { control, queue } = worker;
  if (!(await isAsked(control.query, held))) return;
  const rollout = await readRollout(control.query, held.rollout);
  const gate = gateOf(rollout, held.wave, await countWaves(control.query, held.rollout));
  const judged = await judgeTargets(worker, { ...held, rollout, gate });
  await control.transaction(async (query) => {
    const { state } = await lockRollout(query, held.rollout);
    // A wave that is retried meanwhile is asked for anew.
    if (!(await isAsked(query, held))) return;
    const unproved = judged.filter(({ missing }) => missing.length > 0);
    const wanted = shareOf(judged.length, gate?.share ?? 1);
    const isProved = judged.length - unproved.length >= wanted;
    await noteVerdict(query, held, isProved ? null : reasonOf(unproved, judged.length, wanted));
    if (isProved) await advance(query, queue, held.rollout);
    else if (state === "running" || state === "paused")
      await askForProof(query, queue, {
        rollout,
        wave: held.wave,
        inMs: gate?.askEvery ?? ASK_MS,
      });
  });
}

/** Without a gate, a wave is not proved only while a database of it does not answer. */
const ASK_MS = 60_000;

async function isAsked(query: Query, { rollout, wave, job }: HeldGate): Promise<boolean> {
  const rows = await query(
    `SELECT FROM pgindex_fleet.wave
      WHERE rollout = $1 AND number = $2 AND job = $3 AND state = 'proving'`,
    [rollout, wave, job],
  );
  return rows.length > 0;
}

async function countWaves(query: Query, rollout: string): Promise<number> {
  const rows = await query("SELECT FROM pgindex_fleet.wave WHERE rollout = $1", [rollout]);
  return rows.length;
}

async function noteVerdict(
  query: Query,
  { rollout, wave }: HeldGate,
  reason: string | null,
): Promise<void> {
  const changed = await query(
    `UPDATE pgindex_fleet.wave
        SET reason = $3, state = CASE WHEN $3::text IS NULL THEN 'passed' ELSE state END,
            proved_at = CASE WHEN $3::text IS NULL THEN clock_timestamp() END
      WHERE rollout = $1 AND number = $2 AND ($3::text IS NULL OR reason IS DISTINCT FROM $3)
      RETURNING number`,
    [rollout, wave, reason],
  );
  if (changed.length === 0) return;
  await noteEvent(query, rollout, {
    what: reason === null ? `wave ${wave} passed` : `wave ${wave} waits: ${reason}`,
  });
}

function reasonOf(unproved: readonly Judged[], all: number, wanted: number): string {
  const [first] = unproved;
  const proved = all - unproved.length;
  return (
    `${proved} of ${all} databases are proved, ${wanted} wanted; ` +
    `${first?.target}: ${first?.missing.join("; ")}`
  );
}

/** What is judged, and by what. */
interface Judging {
  readonly rollout: Rollout;
  readonly wave: number;
  readonly gate: FleetGate | undefined;
}

async function judgeTargets(
  worker: Workplace,
  { rollout, wave, gate }: Judging,
): Promise<Judged[]> {
  const { control } = worker;
  const of = { fleet: rollout.fleet, gate, indexes: rollout.indexes };
  const targets = await control.query<{ name: string }>(
    `SELECT name FROM pgindex_fleet.target
      WHERE rollout = $1 AND wave = $2 AND state = 'done' ORDER BY name`,
    [rollout.id, wave],
  );
  const turn = pLimit(SIDE_BY_SIDE);
  const judge = async (name: string): Promise<Judged> => {
    try {
      return { target: name, missing: await missingOf(worker, name, of) };
    } catch (error) {
      return { target: name, missing: [firstLine(error)] };
    }
  };
  return Promise.all(targets.map(({ name }) => turn(() => judge(name))));
}
