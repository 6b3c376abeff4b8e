/**
 * The phases of CREATE INDEX CONCURRENTLY in order. Sub-phases of "building index" differ by access
 * method and version; an unknown one must not break the progress line.
 *
 * @see https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PHASES
 */
export const PHASES = [
  "initializing",
  "waiting for writers before build",
  "building index",
  "waiting for writers before validation",
  "index validation: scanning index",
  "index validation: sorting tuples",
  "index validation: scanning table",
  "waiting for old snapshots",
];

/** Whether the build only waits for other sessions: also in the phases that REINDEX has beside. */
export function isWait(phase: string): boolean {
  return phase.startsWith("waiting for");
}

/**
 * Zero-based position of a phase in {@link PHASES}; undefined for any other phase (REINDEX has
 * more).
 *
 * @example phaseIndex("building index: scanning table") // 2
 */
export function phaseIndex(phase: string): number | undefined {
  const at = PHASES.findIndex((known) => phase === known || phase.startsWith(`${known}:`));
  return at < 0 ? undefined : at;
}

/** A build phase and its duration in seconds. */
export interface PhaseTime {
  readonly phase: string;
  readonly seconds: number;
}

/**
 * Names the phases in the result of {@link PhaseWatch.seconds} and leaves out those that took no
 * time. Empty when nothing was observed.
 *
 * @example toPhases([0, 1.5, 0, 0, 0, 0, 0, 0])
 * // [{ phase: "waiting for writers before build", seconds: 1.5 }]
 */
export function toPhases(seconds: readonly number[] | null | undefined): PhaseTime[] {
  return (seconds ?? []).flatMap((spent, i) => {
    const phase = PHASES[i];
    return phase && spent > 0 ? [{ phase, seconds: spent }] : [];
  });
}

/**
 * Measures the time a build spends in each phase by polling: a phase lasts from the poll that first
 * sees it to the poll that sees another. Time before the first reported phase counts as the first
 * phase.
 */
export class PhaseWatch {
  /** Milliseconds by position in {@link PHASES}. */
  private readonly spentMs = new Map<number, number>();
  private current = 0;
  private since: number;

  /** All times are in milliseconds on the same clock. */
  constructor(startedAt: number) {
    this.since = startedAt;
  }

  poll(phase: string | null | undefined, at: number): void {
    this.spend(at);
    if (phase) this.current = phaseIndex(phase) ?? this.current;
  }

  /** Seconds spent in each of {@link PHASES}, rounded to milliseconds. */
  seconds(endedAt: number): number[] {
    this.spend(endedAt);
    return PHASES.map((_, i) => Math.round(this.spentMs.get(i) ?? 0) / 1000);
  }

  private spend(at: number): void {
    this.spentMs.set(this.current, (this.spentMs.get(this.current) ?? 0) + at - this.since);
    this.since = at;
  }
}
