import { printable } from "../../engine/text/printable";
import { Html } from "../page/htmlTemplate";
import type { Drawn } from "./plotLibrary";

/** Width of a plot in its own units: narrow enough to stay readable when a phone scales it down. */
export const WIDTH = 420;
export const FONT = { fontSize: "14px", fontFamily: "inherit" };

const LONGEST_NAME = 44;

/**
 * Marks a plot as one image with one description for people who cannot see it. Plot itself
 * describes the parts, which says less.
 */
export function drawn(svg: unknown, label: string): Html {
  const element = svg as Drawn;
  for (const part of element.querySelectorAll("[aria-label], [aria-hidden]")) {
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-hidden");
  }
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", printable(label));
  return new Html(printable(element.outerHTML));
}

/** A name shortened to fit into a plot. */
export function short(name: string): string {
  const shown = printable(name);
  return shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME - 1)}…` : shown;
}

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
/**
 * Keeps labels from touching on a narrow plot. D3's own ticks can be twice as many as requested.
 */
const MOST_TICKS = 4;

/**
 * A UTC time axis for these times, with labels as fine as its steps: `11-22`, `10:05`, `10:05:30`.
 */
export function timeAxis(times: readonly Date[]) {
  const sorted = times.map((time) => time.getTime()).sort((a, b) => a - b);
  const [from = 0, to = from] = [sorted[0], sorted.at(-1)];
  const step = STEPS.find((each) => (to - from) / each < MOST_TICKS) ?? 1000 * DAY;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  const tickFormat = (at: Date) => {
    if (step >= DAY) return at.toISOString().slice(5, 10);
    return at.toISOString().slice(11, step >= MINUTE ? 16 : 19);
  };
  return {
    ...({ type: "utc", label: null, tickFormat } as const),
    domain: [new Date(from), new Date(to)],
    ticks: Array.from({ length: count }, (_, i) => new Date(first + i * step)),
  };
}
