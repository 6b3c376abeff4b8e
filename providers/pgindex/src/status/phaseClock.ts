import type { Build } from "./runningBuilds";

/** How far the phase of a build has come. */
export interface PhaseShare {
  /** 0 to 1; undefined where the phase has no counter. */
  readonly share?: number;
  /** At the pace of the phase so far; undefined before it has moved. */
  readonly secondsLeft?: number;
}

interface Began {
  readonly phase: string | null;
  readonly at: number;
  readonly share: number;
}

/** Reckons the time that is left of a phase from the pace since the phase was first seen. */
export class PhaseClock {
  private readonly began = new Map<number, Began>();

  /** `build.seconds` is the clock: no two looks need be equally far apart. */
  look(build: Build): PhaseShare {
    const share = shareOf(build);
    if (share === undefined) return {};
    const { pid, seconds, progress } = build;
    const began = this.began.get(pid);
    if (began?.phase !== progress.phase || began.share > share) {
      this.began.set(pid, { phase: progress.phase, at: seconds, share });
      return { share };
    }
    const pace = (share - began.share) / (seconds - began.at);
    return pace > 0 ? { share, secondsLeft: (1 - share) / pace } : { share };
  }
}

/** Waits count sessions, and say nothing of time. */
function shareOf({ progress }: Build): number | undefined {
  const { phase, tuplesDone, tuplesTotal, blocksDone, blocksTotal } = progress;
  if (phase === null || phase.startsWith("waiting for")) return undefined;
  if (tuplesTotal > 0) return Math.min(1, tuplesDone / tuplesTotal);
  if (blocksTotal > 0) return Math.min(1, blocksDone / blocksTotal);
  return undefined;
}
