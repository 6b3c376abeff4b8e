import type { IndexOutputs } from "../engine/record/outputs";
import type { History, Sample } from "../engine/verify/usageHistory";
import type { VerificationReport } from "../engine/verify/verification";
import type { IndexStatus } from "../status/indexStatus";

/** The counters at one point in time. */
export interface UseSample {
  /** ISO 8601. */
  readonly at: string;
  /** Scans by traffic since counting began. */
  readonly traffic: number;
  /** `idx_tup_read`; null if unknown, like everything below. */
  readonly tuplesRead: number | null;
  /** `idx_tup_fetch` */
  readonly tuplesFetched: number | null;
  /** Size in bytes. */
  readonly bytes: number | null;
  /** Median milliseconds of each query of the history. */
  readonly ms: readonly (number | null)[];
  /** Why earlier samples cannot be compared with this one: the counters were reset. */
  readonly restarted?: string;
}

/** How an index is used over time. */
export interface ReportedUse {
  /** Scans by anything but our own measurements, at the last verification. */
  readonly trafficScans: number;
  /** `idx_scan` when last read, including our own scans. */
  readonly scans: number;
  readonly tuplesRead: number;
  readonly tuplesFetched: number;
  /** ISO 8601; null before PostgreSQL 16. */
  readonly lastScan: string | null;
  /**
   * Whether it is used, in words, and the evidence for it; null if its verification does not say.
   */
  readonly summary: string | null;
  /** Names of the queries. `ms` in the samples refers to them by position. */
  readonly queries: readonly string[];
  /** Oldest first. */
  readonly samples: readonly UseSample[];
}

/** Older releases recorded neither a history nor a summary. */
type Proof = Omit<VerificationReport, "history"> & { readonly history?: History };

/** The use of an index, from its latest verification. Null if there is none. Pure. */
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
  const queries = proof.history?.queries ?? [];
  const samples = recordedSamples(index, proof, queries);
  // Lower counters were reset since then, so we do not know how many of the scans are ours.
  const goesOn = live?.scans != null && live.scans >= proof.usage.scans;
  const bytes = live?.sizeBytes ?? null;
  if (goesOn) samples.push({ ...NOTHING, at: now, traffic: Math.max(0, scans - ownScans), bytes });
  return {
    trafficScans,
    scans,
    tuplesRead,
    tuplesFetched,
    lastScan: live?.lastScan ?? lastScan,
    summary: summary ?? null,
    queries,
    samples,
  };
}

/** A newly built index starts with no scans, and with the times its queries took without it. */
function recordedSamples(
  { builtAt, before }: IndexOutputs,
  proof: Proof,
  queries: readonly string[],
): UseSample[] {
  const found = proof.history?.samples.length
    ? proof.history.samples.map(toSample)
    : [{ ...NOTHING, at: proof.verifiedAt, traffic: proof.usage.trafficScans }];
  if (builtAt === null || builtAt >= (found[0]?.at ?? "")) return found;
  const ms = queries.map(
    (name) => before.find((query) => query.name === name)?.executionMs ?? null,
  );
  return [{ at: builtAt, traffic: 0, tuplesRead: 0, tuplesFetched: 0, bytes: null, ms }, ...found];
}

const NOTHING = { tuplesRead: null, tuplesFetched: null, bytes: null, ms: [] };

/** A query declared later is missing at the end of an older sample's times. */
function toSample({ at, traffic, tuples, fetched, bytes, ms, restarted }: Sample): UseSample {
  const known = {
    tuplesRead: tuples ?? null,
    tuplesFetched: fetched ?? null,
    bytes: bytes ?? null,
  };
  return { at, traffic, ...known, ms: ms ?? [], ...(restarted ? { restarted } : {}) };
}
