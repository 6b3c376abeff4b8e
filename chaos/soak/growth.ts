/**
 * A number measured over time, and how much more of it at the end than after the warm-up still does
 * not count as growth.
 */
export interface Measure {
  readonly name: string;
  readonly unit: "MB" | "kB" | "";
  /** In `unit`. */
  readonly tolerance: number;
  /** As a share of the median, if that is more. */
  readonly share?: number;
}

export interface Growth {
  readonly first: number;
  readonly last: number;
  /** From the end of the warm-up to the last sample, according to the slope. */
  readonly growth: number;
  readonly allowed: number;
  readonly grows: boolean;
}

/** The first third of the time fills caches, pools and free space. */
const WARM_UP = 1 / 3;

/** Fewer samples after the warm-up do not make a slope. */
const LEAST_WARM_SAMPLES = 6;
export const LEAST_SAMPLES = Math.ceil(LEAST_WARM_SAMPLES / (1 - WARM_UP));

/** Throws if there are too few samples to judge by. */
export function growthOf(
  { name, tolerance, share = 0 }: Measure,
  samples: readonly number[],
): Growth {
  if (samples.some(Number.isNaN)) throw new Error(`${name} was not measured`);
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  if (warm.length < LEAST_WARM_SAMPLES)
    throw new Error(`${name}: ${samples.length} samples are too few; use more minutes`);
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
 * The slope between the middles of the first and the last third: a single high sample is not
 * growth.
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
