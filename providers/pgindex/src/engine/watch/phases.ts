/**
 * The phases of CREATE INDEX CONCURRENTLY in their order
 * (https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PHASES). Sub-phases
 * of "building index" differ by access method and version; an unknown one must not break the line.
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

/**
 * Where a phase stands in {@link PHASES}, 0 the first; undefined where it is none of them (REINDEX
 * has more).
 */
export function phaseIndex(phase: string): number | undefined {
  const at = PHASES.findIndex((known) => phase === known || phase.startsWith(`${known}:`));
  return at < 0 ? undefined : at;
}

/** A phase of a build, and what it took. */
export interface PhaseTime {
  readonly phase: string;
  readonly seconds: number;
}

/** Phases that took time, from what {@link PhaseClock.seconds} gave; none where it is not known. */
export function toPhases(seconds: readonly number[] | null | undefined): PhaseTime[] {
  return (seconds ?? []).flatMap((spent, i) => {
    const phase = PHASES[i];
    return phase && spent > 0 ? [{ phase, seconds: spent }] : [];
  });
}

/**
 * What a build spends in each phase, as far as polling can tell: a phase lasts from the poll
 * that first sees it to the poll that sees another. What the server reports no phase for, at the
 * beginning, counts as the first one.
 */
export class PhaseWatch {
  /** By the phase's place. */
  private readonly spentMs = new Map<number, number>();
  private current = 0;
  private since: number;

  /** Times are in milliseconds of one clock. */
  constructor(startedAt: number) {
    this.since = startedAt;
  }

  poll(phase: string | null | undefined, at: number): void {
    this.spend(at);
    if (phase) this.current = phaseIndex(phase) ?? this.current;
  }

  /** Seconds of each of {@link PHASES}, to milliseconds. */
  seconds(endedAt: number): number[] {
    this.spend(endedAt);
    return PHASES.map((_, i) => Math.round(this.spentMs.get(i) ?? 0) / 1000);
  }

  private spend(at: number): void {
    this.spentMs.set(this.current, (this.spentMs.get(this.current) ?? 0) + at - this.since);
    this.since = at;
  }
}
