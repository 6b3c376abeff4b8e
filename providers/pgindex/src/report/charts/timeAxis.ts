import type { Scale } from "./chartFrame";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200].map((n) => n * DAY),
];
/** Keeps labels from touching on a phone. */
const MOST_TICKS = 3;

/**
 * A UTC time axis for these times, with labels as fine as its steps: `11-22`, `10:05`, `10:05:30`.
 */
export function timeAxis(times: readonly Date[]): Scale {
  const sorted = times.map((time) => time.getTime()).sort((a, b) => a - b);
  const [from = 0, to = from] = [sorted[0], sorted.at(-1)];
  const step = STEPS.find((each) => (to - from) / each < MOST_TICKS) ?? 1000 * DAY;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  const label = (at: number) => {
    const text = new Date(at).toISOString();
    if (step >= DAY) return text.slice(5, 10);
    return text.slice(11, step >= MINUTE ? 16 : 19);
  };
  const percent = (at: number) => (to === from ? 50 : ((at - from) / (to - from)) * 100);
  const ticks = Array.from({ length: count }, (_, i) => first + i * step);
  return { percent, ticks: ticks.map((at) => ({ at: percent(at), label: label(at) })) };
}
