import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname, join } from "node:path";

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

/** Where the last results of a benchmark are. */
export function resultsFile(name: string): string {
  return join(import.meta.dirname, "..", "results", `${name}.json`);
}

/** Writes `bench/results/<name>.json`, with what the figures depend on. */
export function writeResults(
  name: string,
  versions: Readonly<Record<string, string>>,
  results: unknown,
): void {
  const file = resultsFile(name);
  mkdirSync(dirname(file), { recursive: true });
  const machine = {
    processor: cpus()[0]?.model,
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    /** Of the last quarter of an hour: other work there was where it is above the processors. */
    load: Number(loadavg()[2]?.toFixed(1)),
  };
  const of = { takenAt: new Date().toISOString(), machine };
  const content = { ...of, versions: { node: process.version, ...versions }, results };
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
  console.log(`\nwritten to ${file}`);
}

export interface Written<T> {
  readonly takenAt: string;
  readonly machine: {
    readonly processor?: string;
    readonly processors: number;
    readonly load?: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly results: T;
}

/** What {@link writeResults} has written last. */
export function readResults<T>(name: string): Written<T> {
  return JSON.parse(readFileSync(resultsFile(name), "utf8"));
}

export function pulumiVersion(): string {
  const file = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}
