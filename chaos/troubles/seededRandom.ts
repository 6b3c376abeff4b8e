/** Numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number;

/** The mulberry32 generator: 32 bits of state, which is plenty for a schedule. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The element at a position given as a number from 0 up to 1. */
export function pickAt<T>(list: readonly T[], share: number): T | undefined {
  return list[Math.floor(share * list.length)];
}

/** One of the keys, chosen with these weights. */
export function weighted<K extends string>(weights: Readonly<Record<K, number>>, share: number): K {
  const entries = Object.entries(weights) as [K, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let left = share * total;
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return (entries.at(-1) as [K, number])[0];
}

/** A list in random order that contains each key as many times as its count. */
export function shuffled<K extends string>(
  counts: Readonly<Record<K, number>>,
  random: Random,
): K[] {
  const entries = Object.entries(counts) as [K, number][];
  return entries
    .flatMap(([key, times]) => Array.from({ length: times }, () => ({ key, order: random() })))
    .sort((a, b) => a.order - b.order)
    .map(({ key }) => key);
}
