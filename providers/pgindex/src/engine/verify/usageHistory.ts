import type { AccountedUsage } from "./usage";

/** The result of one measurement. Small, because it is stored in the state. */
export interface Sample {
  /** By the server's clock, ISO 8601. */
  readonly at: string;
  /** `idx_scan` on the measured server. */
  readonly scans: number;
  /** Scans by traffic since the last reset, including on replicas. */
  readonly traffic: number;
  /** `idx_tup_read` */
  readonly tuples: number;
  /** `idx_tup_fetch`; missing in samples from older releases. */
  readonly fetched?: number;
  /** Size in bytes. */
  readonly bytes: number;
  /** How each query of the history reads the table; null if it was not measured. */
  readonly plans: readonly (string | null)[];
  /** Median milliseconds of each query of the history; null if it was not measured. */
  readonly ms: readonly (number | null)[];
  /** Why earlier samples cannot be compared with this one. */
  readonly restarted?: string;
  /** Replicas that did not answer, so their scans are missing. */
  readonly unreachable?: readonly string[];
}

/** Measurements over time, oldest first. Plain JSON, at most {@link MAX_SAMPLES} samples. */
export interface History {
  /** Query names; the samples' `plans` and `ms` refer to them by position. */
  readonly queries: readonly string[];
  readonly samples: readonly Sample[];
}

interface MeasuredQuery {
  readonly name: string;
  readonly planType: string | null;
  readonly executionMs: number | null;
}

/** What one measurement adds to the history. */
export interface Finding {
  /** By the server's clock, ISO 8601. */
  readonly at: string;
  readonly usage: Omit<AccountedUsage, "unusedSince" | "summary">;
  readonly measured: readonly MeasuredQuery[];
  /** Why the counters restarted since the last sample; undefined if they did not. */
  readonly restarted?: string;
}

export const MAX_SAMPLES = 24;

/** Adds a sample and removes one if there are too many. Pure. */
export function extend(
  history: History | undefined,
  { at, usage, measured, restarted }: Finding,
): History {
  const names = [...(history?.queries ?? []), ...measured.map(({ name }) => name)];
  const queries = [...new Set(names)];
  const byName = new Map(measured.map((query) => [query.name, query]));
  const unreachable = usage.replicas.filter(({ scans }) => scans === null).map(({ name }) => name);
  const sample: Sample = {
    at,
    scans: usage.scans,
    traffic: usage.trafficScans,
    tuples: usage.tuplesRead,
    fetched: usage.tuplesFetched,
    bytes: usage.sizeBytes,
    plans: queries.map((name) => byName.get(name)?.planType ?? null),
    ms: queries.map((name) => byName.get(name)?.executionMs ?? null),
    ...(restarted !== undefined && history ? { restarted } : {}),
    ...(unreachable.length > 0 ? { unreachable } : {}),
  };
  return { queries, samples: thin([...(history?.samples ?? []), sample]) };
}

/**
 * Removes the least valuable sample: the one whose neighbours are closest, relative to its age.
 * This keeps recent hours dense and past months sparse. The newest sample and the start of its
 * window are never removed.
 */
function thin(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= MAX_SAMPLES) return samples;
  const times = samples.map(({ at }) => Date.parse(at));
  const now = Math.max(...times);
  const kept = [windowStart(samples), samples.length - 1];
  const missed = times.map((time, i) => {
    const gap = (times[i + 1] ?? now) - (times[i - 1] ?? time);
    return kept.includes(i) ? Number.POSITIVE_INFINITY : gap / (now - time + 1);
  });
  return without(samples, missed.indexOf(Math.min(...missed)));
}

/** Removes a sample and moves its `restarted` to the next one. */
function without(samples: readonly Sample[], index: number): Sample[] {
  const restarted = index > 0 ? samples[index]?.restarted : undefined;
  return samples.flatMap((sample, i) => {
    if (i === index) return [];
    return i === index + 1 && restarted ? [{ restarted, ...sample }] : [sample];
  });
}

function windowStart(samples: readonly Sample[]): number {
  return samples.reduce((start, { restarted }, i) => (restarted ? i : start), 0);
}

/** Whether the index is used, and the evidence. */
export interface Use {
  /**
   * Start of the period without scans by traffic, as far back as the samples go; null if the index
   * is used, enforces something, or its use is unknown.
   */
  readonly unusedSince: string | null;
  /** The same as a sentence, with the observed window. */
  readonly summary: string;
}

/**
 * Judges by the samples alone, never by counters whose start is unknown. Pure.
 *
 * @example judgeUse(history, usage).summary
 * // "used: 12 scans by traffic from 2026-11-01T… to 2026-11-22T…, 9 samples"
 */
export function judgeUse(
  { samples }: History,
  { enforces, replicas }: Pick<AccountedUsage, "enforces" | "replicas">,
): Use {
  const start = windowStart(samples);
  const window = samples.slice(start);
  const restarted = window[0]?.restarted;
  const newest = window.at(-1);
  const because = restarted ? ` (the window starts there: ${restarted})` : "";
  if (newest?.unreachable) {
    const names = newest.unreachable.join(", ");
    return {
      unusedSince: null,
      summary: `unknown: ${names} did not answer, and each server counts its own scans`,
    };
  }
  const complete = window.filter(({ unreachable }) => !unreachable);
  const [first] = complete;
  if (!first || !newest || complete.length < 2) {
    return { unusedSince: null, summary: `not known yet: there is only one sample${because}` };
  }
  const on = replicas.length > 0 ? ` on ${replicas.length + 1} servers` : "";
  const [unchanged, again] = complete.filter(({ traffic }) => traffic === newest.traffic);
  const scans = newest.traffic - first.traffic;
  const used =
    `${scans} scans by traffic from ${first.at} to ${newest.at}, ` +
    `${complete.length} samples${on}${because}`;
  if (!unchanged || !again) return { unusedSince: null, summary: `used: ${used}` };
  if (enforces)
    return {
      unusedSince: null,
      summary: `needed even without scans, because it enforces a rule; ${used}`,
    };
  const since = scans === 0 ? "unused" : "no longer used";
  return { unusedSince: unchanged.at, summary: `${since} since ${unchanged.at}: ${used}` };
}

/** Why the counters cannot be compared with the last report's; undefined if they can. Pure. */
export function restartReason(
  before: AccountedUsage | undefined,
  now: Omit<AccountedUsage, "unusedSince" | "summary">,
): string | undefined {
  if (!before) return undefined;
  // A report from an older release does not say when its counters started.
  if (before.countersSince && before.countersSince !== now.countersSince) {
    return now.statsReset === now.countersSince
      ? `the counters were reset at ${now.countersSince}`
      : `the server lost its counters at ${now.countersSince}, as in a crash`;
  }
  if (now.scans < before.scans) return "the counters are lower than before";
  const names = (usage: Pick<AccountedUsage, "replicas">) =>
    (usage.replicas ?? []).map(({ name }) => name).join(", ");
  if (names(before) !== names(now))
    return `the declared replicas changed to: ${names(now) || "none"}`;
  const reset = now.replicas.find((replica, i) => {
    const since = before.replicas?.[i]?.countersSince;
    return since && since !== replica.countersSince;
  });
  return reset && `the counters of the replica ${reset.name} were reset at ${reset.countersSince}`;
}
