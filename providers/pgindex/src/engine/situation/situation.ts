import type { LiveIndex } from "../catalog/liveIndex";
import type { Difference, Verdict } from "../compare/differences";
import type { Ownership } from "../compare/ownership";
import type { OwnershipMark } from "../declare/ownershipMark";
import type { Partition } from "./partitions/partitions";

/** Everything a plan is based on, as read from the catalog. */
export interface Situation {
  /** What exists under the declared name. */
  readonly verdict: Verdict;
  /**
   * The index under the declared name, when it is part of a partitioned index and the resource has
   * not had it: it belongs to whoever has the partitioned index, and goes when that goes.
   */
  readonly othersPart?: LiveIndex;
  /** Whose it is; `unmarked` if nothing exists. */
  readonly whose: Ownership;
  /** Whether the resource is in the state already. */
  readonly isUpdate: boolean;
  /** Whether it is what the resource has: only then can it be changed or replaced. */
  readonly isOurs: boolean;
  /** The mark of what is built now; undefined where none is written. */
  readonly mark?: OwnershipMark;
  /** The mark that the existing index should have and has not. */
  readonly missingMark?: OwnershipMark;
  /** The resource's index, when it now has another name, and how it differs from the declared. */
  readonly misplaced?: {
    readonly live: LiveIndex;
    readonly differences: readonly Difference[];
  };
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
  /** What an interrupted REINDEX CONCURRENTLY or drop left under names of its own. */
  readonly leftovers: readonly LiveIndex[];
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
      /** The table has foreign partitions: a parent that is made without its own stays INVALID. */
      readonly hasForeign?: boolean;
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
  const { verdict, othersPart, next, retired, misplaced, leftovers, partitioned } = situation;
  const strays = partitioned?.partitions.flatMap((partition) => partition.strays) ?? [];
  const left = [...leftovers, ...strays, ...(partitioned?.detached ?? [])];
  const isClean = [next, retired, misplaced, ...left].every((it) => !it);
  const isAsWanted = situation.rebuild === undefined && situation.missingMark === undefined;
  return verdict.kind === "same" && othersPart === undefined && isClean && isAsWanted;
}
