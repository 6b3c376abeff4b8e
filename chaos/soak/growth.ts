/**
 * One number over time: what is measured, and how much more of it at the end than after the warm-up
 * is still no growth.
 */
export interface Measure {
  readonly name: string;
  readonly unit: "MB" | "kB" | "";
  /** In the unit. */
  readonly tolerance: number;
  /** Of the median, where that is more. */
  readonly share?: number;
}

export interface Growth {
  readonly first: number;
  readonly last: number;
  /** From the end of the warm-up to the last sample, by their slope. */
  readonly growth: number;
  readonly allowed: number;
  readonly grows: boolean;
}

/** The first third fills caches, pools and free space. */
const WARM_UP = 1 / 3;

/** Fewer samples after the warm-up make no slope. */
const LEAST_WARM_SAMPLES = 6;
export const LEAST_SAMPLES = Math.ceil(LEAST_WARM_SAMPLES / (1 - WARM_UP));

/** Throws when there are too few samples to judge by. */
export function growthOf(
  { name, tolerance, share = 0 }: Measure,
  samples: readonly number[],
): Growth {
  if (samples.some(Number.isNaN)) throw new Error(`${name} was not measured`);
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  if (warm.length < LEAST_WARM_SAMPLES)
    throw new Error(`${name}: ${samples.length} samples tell nothing; take more minutes`);
  const growth = slopeOf(warm) * (warm.length - 1);
  const allowed = Math.max(tolerance, share * medianOf(warm));
  return {
    first: warm[0] as number,
    last: warm.at(-1) as number,
    growth,
    allowed,
    grows: growth > allowed,
  };
}

/**
 * Between the middle of the first third and that of the last one, drawn out over all of them: one
 * high sample is no growth.
 */
function slopeOf(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  const difference = medianOf(values.slice(-third)) - medianOf(values.slice(0, third));
  return difference / (values.length - third);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}
