import { PgIndexError } from "../../engine/errors/advice";
import type { Query } from "../../engine/session/query";
import type { Control } from "../queue/controlDatabase";
import { type Record, readRecords } from "../rollout/records";
import { lastRollout, type Rollout } from "../rollout/rollout";
import { noRolloutAdvice } from "../rollout/rolloutMessages";
import { readFleetStatus } from "../rollout/status";
import { missingOf, outliersOf } from "./outliers";
import type { FleetReport, ReportedIndex, ReportedTarget } from "./reportSchema";

/** Everything that is recorded of the fleet's last rollout. Throws {@link PgIndexError} if there is none. */
export async function lastReport({ query: ask }: Control, fleet: string): Promise<FleetReport> {
  const rollout = await lastRollout(ask, fleet);
  if (!rollout) throw new PgIndexError(noRolloutAdvice(fleet));
  return readReport(ask, rollout);
}

async function readReport(ask: Query, rollout: Rollout): Promise<FleetReport> {
  const found = await ask<Omit<ReportedTarget, "indexes">>(
    `SELECT t.name AS target, w.name AS wave, t.server, t.state, t.problem, t.attempts,
            extract(epoch FROM t.ended_at - t.began_at)::float8 AS seconds
       FROM pgindex_fleet.target t
       JOIN pgindex_fleet.wave w ON w.rollout = t.rollout AND w.number = t.wave
      WHERE t.rollout = $1 ORDER BY t.wave, t.name`,
    [rollout.id],
  );
  const records = await readRecords(ask, rollout.fleet);
  const targets = found.map((each) => ({
    ...each,
    indexes: records.ofTarget(each.target).map(toIndex),
  }));
  return {
    status: await readFleetStatus(ask, rollout),
    writtenAt: new Date().toISOString(),
    targets,
    outliers: outliersOf(targets),
    missing: missingOf(targets),
  };
}

function toIndex({ outputs, proof }: Record): ReportedIndex {
  const { schema, name, valid, adopted, buildSeconds, sizeBytes, validSince } = outputs;
  return {
    index: `${schema}.${name}`,
    ...{ valid: proof?.valid ?? valid, adopted, buildSeconds, sizeBytes, validSince },
    trafficScans: proof?.usage.trafficScans ?? null,
    queries: (proof?.queries ?? []).map(({ before, ...of }) => ({
      name: of.name,
      planType: of.planType,
      usesIndex: of.usesIndex,
      executionMs: of.executionMs,
      beforeMs: before?.executionMs ?? null,
      ratio: of.ratio,
      problems: [...of.problems],
    })),
  };
}
