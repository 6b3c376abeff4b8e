/** The part of index.ts's exports that is used here. */
export interface Measured {
  readonly planType: string | null;
  readonly executionMs: number;
}

export interface VerifiedQuery extends Measured {
  readonly name: string;
  readonly index: string | null;
  readonly usesIndex: boolean;
  readonly rows: number;
  readonly before: Measured | null;
  readonly ratio: number | null;
  readonly ok: boolean;
}

export interface VerifiedIndex {
  readonly queries: readonly VerifiedQuery[];
  readonly usage: {
    readonly scans: number;
    readonly tuplesRead: number;
    readonly tuplesFetched: number;
    readonly trafficScans: number;
    readonly ownScans: number;
  };
  readonly ok: boolean;
}

/** Keyed by index name. */
export type VerifiedIndexes = Readonly<Record<string, VerifiedIndex>>;

/** Keyed by schema and name: what the next stack's gate reads. */
export type Evidence = Readonly<Record<string, { readonly validSince: string }>>;

/** The queries of Phase 3, in the order they were promised. */
const ORDER = ["active conversation lookup", "message history", "clean-up of one conversation"];

export interface QueryOfIndex extends VerifiedQuery {
  readonly usage: VerifiedIndex["usage"];
}

/** Every query, with the counters of its index. */
export function queriesOf(verified: VerifiedIndexes): QueryOfIndex[] {
  return Object.values(verified)
    .flatMap(({ queries, usage }) => queries.map((query) => ({ ...query, usage })))
    .sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}
