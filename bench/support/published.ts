import Table from "cli-table3";
import { type Spread, writeResults } from "./results.ts";

interface Shown {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a benchmark shows, in a terminal and in docs/performance.md. */
export interface Published extends Shown {
  /** For the README. */
  readonly short?: Shown;
  /** A picture of them, on a logarithmic axis. */
  readonly bars?: {
    readonly label: string;
    /** After the point; by default none. */
    readonly digits?: number;
    readonly of: readonly { readonly name: string; readonly value: number }[];
  };
  /** Every figure of every run. */
  readonly figures: unknown;
}

/** Prints results, and writes those that are no trial. */
export function publish(
  name: string,
  versions: Readonly<Record<string, string>>,
  isSmall: boolean,
  results: Published,
): void {
  const { title, head, rows } = results;
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  console.log(`${title}\n${table.toString()}`);
  if (!isSmall) writeResults(name, versions, results);
}

/** The median, and how far the others were apart. */
export function shown({ median, least, most }: Spread, digits = median < 10 ? 1 : 0): string {
  const of = (figure: number) => figure.toFixed(digits);
  return least === most ? of(median) : `${of(median)} (${of(least)} to ${of(most)})`;
}
