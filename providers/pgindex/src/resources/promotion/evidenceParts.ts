import type { Evidence, QueryEvidence, RecordedIndex } from "../../engine/promote/evidence";
import type { VerifiedQuery } from "../../engine/verify/expectations";
import type { FoundIndex } from "../../engine/verify/foundIndex";
import type { AccountedUsage } from "../../engine/verify/usage";

/** What an index's resource and its verification say of it. */
export interface ProofParts {
  readonly statement: string;
  readonly validSince: string;
  readonly recorded: RecordedIndex;
  readonly queries: readonly VerifiedQuery[];
  readonly usage: AccountedUsage;
  readonly valid: boolean;
  readonly verifiedAt: string;
  readonly found?: FoundIndex | null;
}

/** What a gate asks for, of an index that is proved. Pure. */
export function toEvidence({ usage, found, queries, ...proof }: ProofParts): Evidence {
  const { statement, valid, validSince, verifiedAt, recorded } = proof;
  return {
    statement,
    valid,
    validSince,
    verifiedAt,
    trafficScans: Math.max(0, usage.trafficScans - (found?.trafficBefore ?? 0)),
    isExact: usage.isExact,
    isToldApart: usage.isToldApart,
    queries: queries.map(queryEvidence),
    recorded,
    found,
  };
}

function queryEvidence(query: VerifiedQuery): QueryEvidence {
  const { name, usesIndex, planType, executionMs, timedOut, indexRows, before } = query;
  return {
    name,
    usesIndex,
    planType,
    executionMs,
    timedOut,
    indexRows,
    beforeMs: before?.executionMs ?? null,
  };
}
