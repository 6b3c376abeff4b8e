import { printable } from "../../engine/text/printable";
import { type Html, html } from "../page/htmlTemplate";

/**
 * Charts are boxes placed in percent of their width, with text beside them: they fill whatever
 * width there is, their text keeps its size on a phone, and it never lies over a mark. A document
 * that runs no script cannot measure text, so nothing may depend on how wide it is.
 */
export interface Scale {
  /** Where a value lies, from 0 to 100. */
  readonly percent: (value: number) => number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** One image with one description for people who cannot see it. */
export function chart(label: string, body: readonly (Html | false | undefined)[]): Html {
  return html`<div class="chart" role="img" aria-label="${printable(label)}">${body}</div>`;
}

/** An area with a vertical axis at its left and a horizontal one below. */
export function plotArea(x: Scale, y: Scale, marks: readonly (Html | undefined)[]): Html {
  const grid = y.ticks.map(({ at }) => html`<i class="rule" style="bottom:${percent(at)}"></i>`);
  const labels = y.ticks.map(
    ({ at, label }) => html`<span style="bottom:${percent(at)}">${label}</span>`,
  );
  return html`<div class="framed"><div class="yaxis">${labels}</div>
<div class="area">${grid}${marks}</div>
${xAxis(x.ticks)}</div>`;
}

/** Labels below their ticks; the style leaves room for half of one at each end. */
export function xAxis(ticks: readonly Tick[]): Html {
  const labels = ticks.map(
    ({ at, label }) => html`<span style="left:${percent(at)}">${label}</span>`,
  );
  return html`<div class="xaxis">${labels}</div>`;
}

/** Vertical lines at the ticks of a horizontal axis. */
export function columns(ticks: readonly Tick[]): Html[] {
  return ticks.map(({ at }) => html`<i class="column" style="left:${percent(at)}"></i>`);
}

/** A line, stretched with its area but not in its width. */
export function svg(shapes: readonly Html[]): Html {
  return html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${
    shapes
  }</svg>`;
}

export function percent(value: number): string {
  return `${coordinate(value)}%`;
}

/** To a thousandth of the width, which no screen shows. */
export function coordinate(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A logarithmic scale over whole powers of ten that holds these values, which are above zero. */
export function logScale(values: readonly number[], format: (value: number) => string): Scale {
  const first = Math.floor(Math.log10(Math.min(...values) * 0.9));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values) * 1.1)));
  const at = (power: number) => ((power - first) / (last - first)) * 100;
  const step = Math.ceil((last - first + 1) / MOST_POWERS);
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return {
    percent: (value) => at(Math.log10(value)),
    ticks: powers
      .filter((power) => (power - first) % step === 0)
      .map((power) => ({ at: at(power), label: format(10 ** power) })),
  };
}

/** So many labels of ten characters fit beside each other on a phone. */
const MOST_POWERS = 5;

/** A scale from zero to just above a value, with ticks at round numbers. */
export function linearScale(most: number, format: (value: number) => string, base = 10): Scale {
  const unit = base ** Math.max(0, Math.floor(Math.log(most || 1) / Math.log(base)));
  const step = roundStep((most || 1) / unit) * unit;
  const count = Math.max(1, Math.ceil((most || 1) / step - 1e-9));
  const top = count * step;
  const ticks = Array.from({ length: count + 1 }, (_, i) => ({
    at: (i / count) * 100,
    label: format(i * step),
  }));
  return { percent: (value) => (value / top) * 100, ticks };
}

/** 1, 2 or 5 times a power of ten, which goes three to five times into a value. */
function roundStep(value: number): number {
  const rough = value / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (([1, 2, 5].find((digit) => digit * power >= rough - 1e-12) ?? 10) as number) * power;
}
