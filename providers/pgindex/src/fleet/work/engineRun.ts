import { randomBytes } from "node:crypto";
import { ensureIndex } from "../../engine/build/ensure";
import { dropIndex } from "../../engine/drop/drop";
import type { Context } from "../../engine/operation/context";
import { toIndexOutputs } from "../../engine/record/outputs";
import type { Database } from "../../engine/session/database";
import type { FleetIndex } from "../declare/fleetIndex";
import type { Control } from "../queue/controlDatabase";
import {
  forgetRecord,
  indexKey,
  type Record,
  recordsOfTarget,
  saveRecord,
} from "../rollout/records";
import { claimOfTarget } from "./claim";

/** One target's database, and what it shall have. */
export interface EngineRun {
  readonly control: Control;
  readonly fleet: string;
  readonly target: string;
  readonly database: Database;
  readonly indexes: readonly FleetIndex[];
  readonly ctx: Context;
}

/**
 * Makes every index exist as declared, and drops those that the fleet has made and declares no more.
 * As an `up`: what is recorded is recorded at once, and the next run begins with it.
 */
export async function runEngine(run: EngineRun): Promise<{ readonly buildSeconds: number }> {
  const { control, fleet, target, database, indexes, ctx } = run;
  const known = await recordsOfTarget(control.query, fleet, target);
  const recordOf = new Map(known.map((record) => [record.index, record]));
  let buildSeconds = 0;
  for (const each of indexes)
    buildSeconds += await ensureOne(run, each, recordOf.get(indexKey(each.desired)));
  const declared = new Set(indexes.map(({ desired }) => indexKey(desired)));
  for (const { index, outputs } of known) {
    if (declared.has(index)) continue;
    await dropIndex(database, outputs, ctx);
    await forgetRecord(control.query, { fleet, target, index });
  }
  return { buildSeconds };
}

async function ensureOne(
  { control, fleet, target, database, ctx }: EngineRun,
  { desired, serves }: FleetIndex,
  record: Record | undefined,
): Promise<number> {
  const olds = record?.outputs;
  const ownerId = olds?.ownerId ?? randomBytes(6).toString("hex");
  const claim = claimOfTarget({ fleet, target }, desired, ownerId);
  const ensured = await ensureIndex({ database, desired, previous: olds, claim, ctx });
  const outputs = toIndexOutputs(ensured, desired, [], olds);
  await saveRecord(control.query, { fleet, target, serves }, outputs);
  return ensured.buildSeconds ?? 0;
}
