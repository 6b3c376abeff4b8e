import Table from "cli-table3";
import type { Screen } from "./screen.ts";

export interface Result {
  readonly promise: string;
  readonly measured: string;
  readonly ok: boolean;
}

export const ms = (value: number): string =>
  `${value.toFixed(value < 1 ? 3 : value < 100 ? 1 : 0)} ms`;

export const count = (value: number): string => value.toLocaleString("en-US");

/** The speed-up, such as `12x`; empty without a measurement before the build. */
export const times = (ratio: number | null): string =>
  ratio === null ? "" : `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}x`;

export function showTable(
  screen: Screen,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const table = new Table({
    head: [...head],
    style: { head: screen.live ? ["bold"] : [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  for (const line of table.toString().split("\n")) screen.say(`  ${line}`);
}

export function showResults(screen: Screen, results: readonly Result[]): void {
  const rows = results.map(({ promise, measured, ok }) => [
    promise,
    measured,
    ok ? "ok" : "NOT OK",
  ]);
  showTable(screen, ["promise", "measured", ""], rows);
}
