import { printable } from "../engine/printable";
import { Html } from "./html";
import type { Drawn } from "./plotLibrary";

/** Width of a plot in its own units: narrow, so that its text can still be read where a phone scales it down. */
export const WIDTH = 520;
export const FONT = { fontSize: "14px", fontFamily: "inherit" };

const LONGEST_NAME = 56;

/** One picture with one description to whoever cannot see it. Plot describes its parts, which says less. */
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

/** A name that fits into a plot. */
export function short(name: string): string {
  const shown = printable(name);
  return shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME - 1)}…` : shown;
}

const TWO_DAYS_MS = 2 * 24 * 60 * 60 * 1000;
const FOUR_MINUTES_MS = 4 * 60 * 1000;

/** Labels of a time axis, in UTC, as fine as its span: `11-22`, `10:05`, `10:05:30`. */
export function timeFormat(times: readonly Date[]): (at: Date) => string {
  const span = (times.at(-1)?.getTime() ?? 0) - (times[0]?.getTime() ?? 0);
  if (span > TWO_DAYS_MS) return (at) => at.toISOString().slice(5, 10);
  return (at) => at.toISOString().slice(11, span > FOUR_MINUTES_MS ? 16 : 19);
}
