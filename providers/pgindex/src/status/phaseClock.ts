import { isWait } from "../engine/watch/phases";
import type { Build } from "./runningBuilds";

/** How far a build has come in its current phase. */
export interface PhaseShare {
  /** 0 to 1; undefined if the phase has no counter. */
  readonly share?: number;
  /** Estimated from the pace of the phase so far; undefined until it has moved. */
  readonly secondsLeft?: number;
}

interface Began {
  readonly phase: string | null;
  readonly at: number;
  readonly share: number;
}

/** Estimates the time left in a phase from its pace since it was first seen. */
export class PhaseClock {
  private readonly began = new Map<number, Began>();

  /** Uses `build.seconds` as the clock, so the samples need not be evenly spaced. */
  sample(build: Build): PhaseShare {
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

/** Waits count sessions, which says nothing about time. */
function shareOf({ progress }: Build): number | undefined {
  const { phase, tuplesDone, tuplesTotal, blocksDone, blocksTotal } = progress;
  if (phase === null || isWait(phase)) return undefined;
  if (tuplesTotal > 0) return Math.min(1, tuplesDone / tuplesTotal);
  if (blocksTotal > 0) return Math.min(1, blocksDone / blocksTotal);
  return undefined;
}
