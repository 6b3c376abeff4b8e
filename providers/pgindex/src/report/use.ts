import type { History } from "../engine/history";
import type { IndexOutputs } from "../engine/outputs";
import type { VerificationReport } from "../engine/verification";
import type { IndexStatus } from "../status/indexStatus";

/** What was counted at one time. */
export interface UseSample {
  /** ISO 8601. */
  readonly at: string;
  /** Scans by traffic since the counters began. */
  readonly traffic: number;
  /** Why nothing before this sample can be compared with it: the counters began anew. */
  readonly restarted?: string;
}

/** Who scans an index, over time. */
export interface ReportedUse {
  /** Scans by anything but our own measurements, at the last verification. */
  readonly trafficScans: number;
  /** `idx_scan` of the last look, ours included. */
  readonly scans: number;
  readonly tuplesRead: number;
  readonly tuplesFetched: number;
  /** ISO 8601; null before PostgreSQL 16. */
  readonly lastScan: string | null;
  /** Whether it is used, in words, and on what that rests; null when its verification does not say. */
  readonly summary: string | null;
  /** The oldest first. */
  readonly samples: readonly UseSample[];
}

/** What an older release has recorded has neither a history nor a summary. */
type Proof = Omit<VerificationReport, "history"> & { readonly history?: History };

/** The use of an index, from the verification that looked last. Null when there is none. Pure. */
export function toUse(
  index: IndexOutputs,
  proofs: readonly Proof[],
  live: IndexStatus | undefined,
  now: string,
): ReportedUse | null {
  const proof = [...proofs].sort((a, b) => (a.verifiedAt < b.verifiedAt ? -1 : 1)).at(-1);
  if (!proof?.usage) return null;
  const { trafficScans, ownScans, tuplesRead, tuplesFetched, lastScan, summary } = proof.usage;
  const scans = live?.scans ?? proof.usage.scans;
  const samples = recordedSamples(index, proof);
  // Counters that stand lower began anew since: how many of the scans are ours is not known.
  const goesOn = live?.scans != null && live.scans >= proof.usage.scans;
  if (goesOn) samples.push({ at: now, traffic: scans - ownScans });
  return {
    trafficScans,
    scans,
    tuplesRead,
    tuplesFetched,
    lastScan: live?.lastScan ?? lastScan,
    summary: summary ?? null,
    samples,
  };
}

/** An index that was built has no scan at its beginning. */
function recordedSamples({ builtAt }: IndexOutputs, proof: Proof): UseSample[] {
  const found = proof.history?.samples.length
    ? proof.history.samples.map(({ at, traffic, restarted }) => ({
        at,
        traffic,
        ...(restarted ? { restarted } : {}),
      }))
    : [{ at: proof.verifiedAt, traffic: proof.usage.trafficScans }];
  const isFromTheStart = builtAt !== null && builtAt < (found[0]?.at ?? "");
  return isFromTheStart ? [{ at: builtAt, traffic: 0 }, ...found] : found;
}
