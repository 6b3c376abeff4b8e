import type { LiveIndex } from "../catalog/liveIndex";
import type { Verdict } from "../compare/differences";
import type { Partition } from "./partitions";

/** Everything that a decision rests on. */
export interface Situation {
  /** What stands under the declared name. */
  readonly verdict: Verdict;
  /** The index that this resource had so far, where it stands under another name now. */
  readonly misplaced?: LiveIndex;
  /** A replacement that an interrupted run has built, or begun to. */
  readonly next?: {
    readonly live: LiveIndex;
    readonly isDeclared: boolean;
    /** It has the declared definition, and partitions of it may still be missing. */
    readonly isUnfinished: boolean;
  };
  /** What an interrupted run has swapped out and not dropped yet. */
  readonly retired?: LiveIndex;
  /** Why the standing index is to be rebuilt, where it is. */
  readonly rebuild?: string;
  /**
   * Of a partitioned table, the OIDs of the partitions whose index this run has rebuilt already.
   */
  readonly rebuilt?: ReadonlySet<number>;
  /** INVALID indexes that an interrupted REINDEX CONCURRENTLY has left. */
  readonly reindexLeftovers: readonly LiveIndex[];
  /**
   * Of a partitioned table: what its partitions have of the index, and of which index: the declared
   * one, or the one that is to replace it.
   */
  readonly partitioned?: {
    readonly tableOid: number;
    readonly root: { readonly name: string; readonly exists: boolean };
    readonly partitions: readonly Partition[];
  };
  /** `server_version_num` */
  readonly serverVersion: number;
}

/** A situation in which nothing is left to do. */
export type Settled = Situation & { readonly verdict: Extract<Verdict, { kind: "same" }> };

/** Whether the declared index stands, valid and as declared, with nothing of ours beside it. */
export function isSettled(situation: Situation): situation is Settled {
  const { verdict, next, retired, misplaced, reindexLeftovers, partitioned } = situation;
  const strays = partitioned?.partitions.flatMap((partition) => partition.strays) ?? [];
  const leftovers = [next, retired, misplaced, ...reindexLeftovers, ...strays].filter(Boolean);
  return verdict.kind === "same" && leftovers.length === 0 && situation.rebuild === undefined;
}
