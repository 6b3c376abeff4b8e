import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

/** How much a figure varied. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, least, most };
}

/** Writes `bench/results/<name>.json`, with what the figures depend on. */
export function writeResults(
  name: string,
  versions: Readonly<Record<string, string>>,
  results: unknown,
): void {
  const folder = join(import.meta.dirname, "..", "results");
  mkdirSync(folder, { recursive: true });
  const machine = {
    processor: cpus()[0]?.model,
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
  };
  const of = { takenAt: new Date().toISOString(), machine };
  const content = { ...of, versions: { node: process.version, ...versions }, results };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
  console.log(`\nwritten to ${file}`);
}
