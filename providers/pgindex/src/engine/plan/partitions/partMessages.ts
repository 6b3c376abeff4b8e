import type { LiveIndex } from "../../catalog/liveIndex";
import { type DesiredIndex, subject } from "../../declare/desiredIndex";
import type { Advice } from "../../errors/advice";
import { displayName } from "../../text/render";

/** The partitioned index that has taken an index in, and its table. */
export function rootOf({ partOf }: LiveIndex): string {
  return partOf ? `${displayName(partOf)} on ${partOf.schema}.${partOf.table}` : "";
}

/** An index of a partition, declared by a resource that has not had it. */
export function othersPartAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `refused: ${subject(desired)} exists as a part of the partitioned index ${rootOf(live)}`,
    why: "it belongs to that index: PostgreSQL drops both together, and never this one alone",
    fix: "declare the partitioned index, which has an index on every partition",
    otherwise: "for an index of this partition alone, give it another name",
  };
}

/** An index that this resource built, and that a partitioned index has taken in since. */
export function partAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `refused: ${subject(desired)} has become a part of the partitioned index ${rootOf(live)}`,
    why: "PostgreSQL drops it only together with that index, so it cannot be replaced alone",
    fix: "keep its definition, and change that of the partitioned index",
    otherwise:
      "build the new definition under another name: declare it with that name, " +
      "and run pulumi state delete for this one",
  };
}
