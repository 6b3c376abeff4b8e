import { isDeepStrictEqual } from "node:util";
import { Foreseen, type SeenStep } from "../engine/foresight/foreseen";
import type { JudgedHazard } from "../engine/hazards/hazard";
import { isSameDatabase } from "../engine/session/databaseIdentity";
import { isAtLeast } from "./findings";
import type { LookRecord } from "./lookRecord";
import type { PlannedIndex } from "./plan";
import * as say from "./worsenedMessages";

/** Less is no reason to stop. */
const LEAST_SEVERITY = "warning";

/**
 * What of an index is worse than the reviewer was shown, in words; empty if nothing. What got better
 * passes: an index that stands by now, a hazard that is gone, a step that is no longer needed. Pure.
 */
export function worsenedSince(reviewed: PlannedIndex | undefined, now: LookRecord): string[] {
  const isIdle = now.outcome === "looked" && now.heldTo?.steps.every(isHarmless) === true;
  if (!reviewed) return isIdle ? [] : [say.notInPlan()];
  if (isOtherDatabase(reviewed, now)) return [say.otherDatabase(reviewed.database, now.database)];
  const changed = otherDefinition(reviewed, now);
  if (changed.length > 0) return changed;
  if (isIdle || reviewed.outcome === "notAsked") return [];
  if (reviewed.outcome !== "looked") return [say.notLookedAt(reviewed)];
  return [...newSteps(reviewed, now), ...newHazards(reviewed, now)];
}

/** As {@link Foreseen} has it. */
function isHarmless({ kind }: Pick<SeenStep, "kind">): boolean {
  return kind === "adopt" || kind === "analyze";
}

function isOtherDatabase(
  { database: then }: PlannedIndex,
  { database: now }: Pick<LookRecord, "database">,
): boolean {
  return then !== undefined && now !== undefined && !isSameDatabase(then, now);
}

/** What was not known at one of the two times says nothing. */
function otherDefinition(then: PlannedIndex, now: LookRecord): string[] {
  if (isOther(then.statement, now.statement))
    return [say.otherDefinition(then.statement, now.statement)];
  return isOther(then.canonical, now.canonical) ? [say.otherMeaning()] : [];
}

function isOther(then: unknown, now: unknown): boolean {
  return then !== undefined && now !== undefined && !isDeepStrictEqual(plain(then), plain(now));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function newSteps({ heldTo: then }: PlannedIndex, { heldTo: now }: LookRecord): string[] {
  if (!then || !now) return [];
  const surprise = new Foreseen(then.isSiblings, then.steps).surpriseOf(
    new Foreseen(now.isSiblings, now.steps),
  );
  if (!surprise) return [];
  return [surprise.kind === "step" ? say.newStep(surprise.step) : say.taken()];
}

/** As {@link worsenedSince}, of a delete: `now` is what it would do. */
export function worsenedDelete(
  reviewed: PlannedIndex | undefined,
  now: Pick<LookRecord, "database" | "hazards">,
): string[] {
  const isPlanned = reviewed?.action === "delete" || reviewed?.action === "replace";
  if (!isPlanned || reviewed.drop?.does === "keep") return [say.otherDelete(reviewed)];
  if (isOtherDatabase(reviewed, now)) return [say.otherDatabase(reviewed.database, now.database)];
  return reviewed.outcome === "looked" ? newHazards(reviewed, now) : [say.notLookedAt(reviewed)];
}

function newHazards(
  { hazards: then }: PlannedIndex,
  { hazards: now }: Pick<LookRecord, "hazards">,
): string[] {
  const isKnown = ({ code, object, severity }: JudgedHazard) =>
    then.some(
      (each) => each.code === code && each.object === object && isAtLeast(each.severity, severity),
    );
  return now
    .filter(({ action, severity }) => action !== "allow" && isAtLeast(severity, LEAST_SEVERITY))
    .filter((hazard) => !isKnown(hazard))
    .map(say.newHazard);
}
