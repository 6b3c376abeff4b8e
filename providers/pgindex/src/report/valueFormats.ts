import { renderElapsed } from "../engine/text/render";

/** `2026-11-22 10:00:00 UTC` */
export function instant(time: string | number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `0.045 ms`, `12.3 ms`, `1,234 ms`, `12 s` */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return renderElapsed(ms);
  const digits = ms < 1 ? 3 : ms < 100 ? 1 : 0;
  return `${number(Number(ms.toFixed(digits)))} ms`;
}

/** Like {@link milliseconds} below one second, otherwise `12.3 s`, `3 min 20 s`. */
export function elapsed(seconds: number): string {
  return seconds < 1 ? milliseconds(Math.round(seconds * 1000)) : renderElapsed(seconds * 1000);
}

export function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

/** `1 row`, `1,234 rows` */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `, 416 times faster`; empty if unknown. */
export function times(ratio: number | null): string {
  if (ratio === null) return "";
  const by = number(ratio < 10 ? ratio : Math.round(ratio));
  return ratio > 1 ? `, ${by} times faster` : `, ${by} times as fast`;
}
