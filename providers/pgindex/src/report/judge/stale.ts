import { type IndexStatus, isServing } from "../../status/indexStatus";
import type { ReportedIndex } from "../reportModel";
import { instant } from "../valueFormats";

type Judged = Pick<ReportedIndex, "index" | "state" | "validSince" | "measuredAt">;

/**
 * Why what was measured of an index no longer holds; null if it does. An index that is not valid
 * serves no query, and one that was built again is another than the measured one. Pure.
 */
export function staleReason({ index, state, validSince, measuredAt }: Judged): string | null {
  const until = measuredAt && `; what was measured at ${instant(measuredAt)} no longer holds`;
  if (!isServing(state)) return `${index} is ${STATES[state]}: no query uses it${until ?? ""}`;
  if (measuredAt === null || measuredAt >= validSince) return null;
  return (
    `${index} was built at ${instant(validSince)}, after it was measured ` +
    `(${instant(measuredAt)}): measure it again with pulumi refresh --run-program`
  );
}

const STATES: Readonly<Record<IndexStatus["state"], string>> = {
  valid: "valid",
  drifted: "drifted",
  building: "being built",
  invalid: "invalid",
  missing: "missing",
};
