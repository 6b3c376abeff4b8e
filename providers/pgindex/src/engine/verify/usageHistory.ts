import type { AccountedUsage } from "./usage";

/** What one measuring found. Short, since the state keeps it. */
export interface Sample {
  /** By the server's clock, ISO 8601. */
  readonly at: string;
  /** `idx_scan` of the server that was measured on. */
  readonly scans: number;
  /** Scans by traffic since the counters began, on the replicas too. */
  readonly traffic: number;
  /** `idx_tup_read` */
  readonly tuples: number;
  /** `idx_tup_fetch`; a sample of an older release does not have it. */
  readonly fetched?: number;
  /** Size in bytes. */
  readonly bytes: number;
  /** How each query of the history reads the table; null where it was not measured. */
  readonly plans: readonly (string | null)[];
  /** Median milliseconds of each query of the history; null where it was not measured. */
  readonly ms: readonly (number | null)[];
  /** Why nothing before this sample can be compared with it. */
  readonly restarted?: string;
  /** Replicas that did not answer: their scans are not in it. */
  readonly unreachable?: readonly string[];
}

/**
 * What measurings over time have found, the oldest first. Plain JSON, at most {@link MAX_SAMPLES}
 * samples.
 */
export interface History {
  /** Names of the queries, to which `plans` and `ms` of the samples refer by position. */
  readonly queries: readonly string[];
  readonly samples: readonly Sample[];
}

interface MeasuredQuery {
  readonly name: string;
  readonly planType: string | null;
  readonly executionMs: number | null;
}

/** What one measuring adds to the history. */
export interface Finding {
  /** By the server's clock, ISO 8601. */
  readonly at: string;
  readonly usage: Omit<AccountedUsage, "unusedSince" | "summary">;
  readonly measured: readonly MeasuredQuery[];
  /** Why counters began anew since the last one, where they did. */
  readonly restarted?: string;
}

export const MAX_SAMPLES = 24;

/** Adds a sample; where there are too many, takes one away. Pure. */
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
 * Takes away the sample that is missed least: the one whose neighbours stand closest, for its age.
 * So the last hours stay dense and months ago sparse. The newest stays, and where its window
 * begins.
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

/** What the sample says of those before it goes on to the next one. */
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

/** Whether anybody uses the index, and on what that rests. */
export interface Use {
  /**
   * Since when no traffic has scanned it, as far as the samples go; null when it was scanned, is
   * needed without, or nobody can say.
   */
  readonly unusedSince: string | null;
  /** The same as a sentence, with its window. */
  readonly summary: string;
}

/** Judges by the samples alone, never by counters of whose beginning nobody knows. Pure. */
export function judgeUse(
  { samples }: History,
  { enforces, replicas }: Pick<AccountedUsage, "enforces" | "replicas">,
): Use {
  const start = windowStart(samples);
  const window = samples.slice(start);
  const restarted = window[0]?.restarted;
  const newest = window.at(-1);
  const because = restarted ? ` (the window begins there: ${restarted})` : "";
  if (newest?.unreachable) {
    const names = newest.unreachable.join(", ");
    return {
      unusedSince: null,
      summary: `cannot say: ${names} did not answer, and each server counts its own scans`,
    };
  }
  const complete = window.filter(({ unreachable }) => !unreachable);
  const [first] = complete;
  if (!first || !newest || complete.length < 2) {
    return { unusedSince: null, summary: `cannot say yet: one sample is no window${because}` };
  }
  const on = replicas.length > 0 ? ` on ${replicas.length + 1} servers` : "";
  const [unchanged, again] = complete.filter(({ traffic }) => traffic === newest.traffic);
  const scans = newest.traffic - first.traffic;
  const used = `${scans} scans by traffic from ${first.at} to ${newest.at}, ${complete.length} samples${on}${because}`;
  if (!unchanged || !again) return { unusedSince: null, summary: `used: ${used}` };
  if (enforces)
    return { unusedSince: null, summary: `needed without a scan: it enforces; ${used}` };
  const since = scans === 0 ? "unused" : "no longer used";
  return { unusedSince: unchanged.at, summary: `${since} since ${unchanged.at}: ${used}` };
}

/** Why counters cannot be compared with those of the last report; undefined when they can. Pure. */
export function restartReason(
  before: AccountedUsage | undefined,
  now: Omit<AccountedUsage, "unusedSince" | "summary">,
): string | undefined {
  if (!before) return undefined;
  // A report of an older release does not say since when its counters counted.
  if (before.countersSince && before.countersSince !== now.countersSince) {
    return now.statsReset === now.countersSince
      ? `the counters were reset at ${now.countersSince}`
      : `the server lost its counters at ${now.countersSince}, as in a crash`;
  }
  if (now.scans < before.scans) return "the counters stand lower than before";
  const names = (usage: Pick<AccountedUsage, "replicas">) =>
    (usage.replicas ?? []).map(({ name }) => name).join(", ");
  if (names(before) !== names(now)) return `other replicas are declared: ${names(now) || "none"}`;
  const reset = now.replicas.find((replica, i) => {
    const since = before.replicas?.[i]?.countersSince;
    return since && since !== replica.countersSince;
  });
  return reset && `the counters of the replica ${reset.name} were reset at ${reset.countersSince}`;
}
