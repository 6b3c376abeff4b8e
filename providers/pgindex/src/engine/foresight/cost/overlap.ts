import { readIndexes } from "../../catalog/indexes";
import { indexNamesOf } from "../../catalog/leftovers";
import { isFree, overlapOf } from "../../compare/overlap/overlap";
import type { CanonicalIndex } from "../../declare/indexFields";
import type { Hazard } from "../../hazards/hazard";
import { movedIndexes, type Step } from "../../plan/step";
import type { Session } from "../../session/session";
import { declaredOverlapHazard, overlapHazard } from "./overlapMessages";

/** The indexes of the table that do what the new one does. Read-only. */
export async function foreseeOverlaps(
  session: Session,
  tableOid: number,
  declared: CanonicalIndex,
  steps: readonly Step[],
): Promise<Hazard[]> {
  const moved = new Set(steps.flatMap(movedIndexes));
  const others = (await indexNamesOf(session, tableOid)).filter(
    ({ oid, valid }) => valid && !moved.has(oid),
  );
  const standing = await readIndexes(
    session,
    others.map(({ oid }) => oid),
  );
  return standing.flatMap((index) => {
    const overlap = overlapOf(declared, index.canonical);
    const isNeeded = overlap === "redundant" && !isFree(index);
    return overlap && !isNeeded ? overlapHazard(overlap, index) : [];
  });
}

/** As {@link foreseeOverlaps}: of an index that the program declares beside it. */
export function overlapOfBoth(
  declared: CanonicalIndex,
  other: { readonly schema: string; readonly name: string; readonly canonical: CanonicalIndex },
): Hazard[] {
  const overlap = overlapOf(declared, other.canonical);
  return overlap ? [declaredOverlapHazard(overlap, other)] : [];
}
