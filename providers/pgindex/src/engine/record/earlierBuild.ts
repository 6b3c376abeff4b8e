import type { EarlierBuild } from "../foresight/size/earlierPace";
import { displayName } from "../text/render";
import { isWait, toPhases } from "../watch/phases";
import type { IndexOutputs } from "./outputs";

/** What a state has of the build of its index; undefined where it was adopted, or is of 0.1. */
export function earlierBuild(outputs: IndexOutputs): EarlierBuild | undefined {
  const { database, buildSeconds, phaseSeconds, sizeBytes, canonical } = outputs;
  if (!database || buildSeconds === null) return undefined;
  const waits = toPhases(phaseSeconds).filter(({ phase }) => isWait(phase));
  const waited = waits.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    index: displayName(outputs),
    database,
    accessMethod: canonical.accessMethod ?? "btree",
    sizeBytes,
    seconds: buildSeconds - waited,
  };
}
