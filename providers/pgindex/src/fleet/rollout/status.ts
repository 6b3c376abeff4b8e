import { z } from "zod";
import { onlyRow, type Query } from "../../engine/session/query";
import type { Control } from "../queue/controlDatabase";
import { lastRollout, type Rollout } from "./rollout";

const counts = z.object({
  waiting: z.int(),
  running: z.int(),
  done: z.int(),
  failed: z.int(),
  left: z.int().describe("failed, and left out by resume --leave-failed"),
});

const instant = z.iso.datetime().nullable();

/** What `pgindex fleet status --json` prints. */
export const fleetStatus = z.object({
  schemaVersion: z.literal(1),
  fleet: z.string(),
  rollout: z.string(),
  mode: z.enum(["engine", "stack"]),
  release: z.string().describe("of pulumi-pgindex, whose workers go on with it"),
  state: z.enum(["running", "paused", "halted", "stopped", "done"]),
  reason: z.string().nullable().describe("why it is halted, and what to do"),
  startedAt: instant,
  endedAt: instant,
  workers: z.array(z.string()).describe("those that have a target now"),
  waves: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["waiting", "open", "proving", "passed"]),
      reason: z.string().nullable().describe("what its proof lacks"),
      targets: counts,
      beganAt: instant,
      provedAt: instant,
    }),
  ),
  running: z.array(
    z.object({
      target: z.string(),
      server: z.string(),
      worker: z.string().nullable(),
      seconds: z.number(),
      note: z.string().nullable().describe("what it does or waits for, with blockers"),
    }),
  ),
  waitingFor: z
    .array(z.object({ note: z.string(), targets: z.int() }))
    .describe("why targets that were taken wait again, such as for a window"),
  failed: z.array(z.object({ target: z.string(), wave: z.string(), problem: z.string() })),
});

export type FleetStatus = z.infer<typeof fleetStatus>;

/** How many targets a wave has. */
export function targetsOf({ targets }: Pick<FleetStatus["waves"][number], "targets">): number {
  return Object.values(targets).reduce((sum, count) => sum + count, 0);
}

/**
 * Where the fleet's last rollout is, by the records alone and at one moment: no target is asked.
 * Undefined if there is none.
 */
export function lastStatus(
  { transaction }: Control,
  fleet: string,
): Promise<FleetStatus | undefined> {
  return transaction(async (query) => {
    await query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    const rollout = await lastRollout(query, fleet);
    return rollout && readFleetStatus(query, rollout);
  });
}

export async function readFleetStatus(query: Query, rollout: Rollout): Promise<FleetStatus> {
  const { id, fleet, mode, release, state, reason } = rollout;
  const times = onlyRow(
    await query<{ startedAt: Date; endedAt: Date | null }>(
      `SELECT started_at AS "startedAt", ended_at AS "endedAt" FROM pgindex_fleet.rollout
        WHERE id = $1`,
      [id],
    ),
  );
  const running = await readRunning(query, id);
  return {
    schemaVersion: 1,
    fleet,
    rollout: id,
    mode,
    release,
    state,
    reason,
    startedAt: times.startedAt.toISOString(),
    endedAt: times.endedAt?.toISOString() ?? null,
    workers: [...new Set(running.flatMap(({ worker }) => worker ?? []))].sort(),
    waves: await readWaves(query, id),
    running,
    waitingFor: await query<FleetStatus["waitingFor"][number]>(
      `SELECT note, count(*)::int AS targets FROM pgindex_fleet.target
        WHERE rollout = $1 AND state = 'waiting' AND note IS NOT NULL GROUP BY note ORDER BY note`,
      [id],
    ),
    failed: await query<FleetStatus["failed"][number]>(
      `SELECT t.name AS target, w.name AS wave, coalesce(t.problem, '') AS problem
         FROM pgindex_fleet.target t
         JOIN pgindex_fleet.wave w ON w.rollout = t.rollout AND w.number = t.wave
        WHERE t.rollout = $1 AND t.state IN ('failed', 'left') ORDER BY t.wave, t.name`,
      [id],
    ),
  };
}

function readRunning(query: Query, rollout: string): Promise<FleetStatus["running"]> {
  return query(
    `SELECT name AS target, server, worker, note,
            extract(epoch FROM clock_timestamp() - began_at)::float8 AS seconds
       FROM pgindex_fleet.target WHERE rollout = $1 AND state = 'running' ORDER BY began_at, name`,
    [rollout],
  );
}

type WaveRow = Omit<FleetStatus["waves"][number], "beganAt" | "provedAt"> & {
  readonly beganAt: Date | null;
  readonly provedAt: Date | null;
};

async function readWaves(query: Query, rollout: string): Promise<FleetStatus["waves"]> {
  const count = (state: string) =>
    `'${state}', (count(*) FILTER (WHERE t.state = '${state}'))::int`;
  const rows = await query<WaveRow>(
    `SELECT w.name, w.state, w.reason, w.began_at AS "beganAt", w.proved_at AS "provedAt",
            json_build_object(${counts.keyof().options.map(count).join(", ")}) AS targets
       FROM pgindex_fleet.wave w
       LEFT JOIN pgindex_fleet.target t ON t.rollout = w.rollout AND t.wave = w.number
      WHERE w.rollout = $1 GROUP BY w.rollout, w.number ORDER BY w.number`,
    [rollout],
  );
  return rows.map((row) => ({
    ...row,
    beganAt: row.beganAt?.toISOString() ?? null,
    provedAt: row.provedAt?.toISOString() ?? null,
  }));
}
