import type { LiveIndex } from "../catalog/liveIndex";
import type { Verdict } from "../compare/differences";
import type { Partition } from "./partitions";

/** Everything a plan is based on, as read from the catalog. */
export interface Situation {
  /** What exists under the declared name. */
  readonly verdict: Verdict;
  /**
   * The index under the declared name, when it is part of a partitioned index and the resource has
   * not had it: it belongs to whoever has the partitioned index, and goes when that goes.
   */
  readonly othersPart?: LiveIndex;
  /** The resource's index, when it now has another name. */
  readonly misplaced?: LiveIndex;
  /** A replacement that an interrupted run built or began to build. */
  readonly next?: {
    readonly live: LiveIndex;
    readonly isDeclared: boolean;
    /** It has the declared definition, but partitions may still lack their index. */
    readonly isUnfinished: boolean;
  };
  /** The old index that an interrupted run swapped out but has not dropped yet. */
  readonly retired?: LiveIndex;
  /** Why the existing index must be rebuilt; undefined when it need not be. */
  readonly rebuild?: string;
  /** For a partitioned table: OIDs of the partitions whose index this run has already rebuilt. */
  readonly rebuilt?: ReadonlySet<number>;
  /** INVALID indexes left by an interrupted REINDEX CONCURRENTLY. */
  readonly reindexLeftovers: readonly LiveIndex[];
  /**
   * For a partitioned table: the partitions' parts of the index named in `root`, which is the
   * declared index or its replacement.
   */
  readonly partitioned?: {
    readonly tableOid: number;
    readonly root: {
      readonly name: string;
      readonly exists: boolean;
      /** False while it awaits a partition's index. */
      readonly isValid?: boolean;
    };
    readonly partitions: readonly Partition[];
    /** INVALID indexes that interrupted runs left on tables that were partitions then. */
    readonly detached?: readonly LiveIndex[];
  };
  /** `server_version_num` */
  readonly serverVersion: number;
}

/** A situation that needs no further steps. */
export type Settled = Situation & { readonly verdict: Extract<Verdict, { kind: "same" }> };

/** Whether the declared index exists, valid and as declared, with no leftovers of ours. */
export function isSettled(situation: Situation): situation is Settled {
  const { verdict, othersPart, next, retired, misplaced, reindexLeftovers, partitioned } =
    situation;
  const strays = partitioned?.partitions.flatMap((partition) => partition.strays) ?? [];
  const left = [...reindexLeftovers, ...strays, ...(partitioned?.detached ?? [])];
  const leftovers = [next, retired, misplaced, ...left].filter(Boolean);
  const isOwn = verdict.kind === "same" && othersPart === undefined;
  return isOwn && leftovers.length === 0 && situation.rebuild === undefined;
}
