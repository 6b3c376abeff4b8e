import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readResults } from "../support/results.ts";
import type { Summary } from "./table.ts";

const root = join(import.meta.dirname, "..", "..");
const PAGE = join(root, "docs", "performance.md");
const START = "<!-- Made by npm run bench -- many --page: edit that, not this table. -->";
const END = "<!-- The end of what is made. -->";

interface Results {
  readonly runs: number;
  readonly summaries: readonly Summary[];
  readonly stateBytes: Readonly<Record<string, number>>;
}

/** Puts the last results into docs/performance.md. */
export function writePage(): void {
  const { takenAt, machine, versions, results } = readResults<Results>("many");
  const { runs, summaries, stateBytes } = results;
  const head =
    `PostgreSQL ${versions.postgres}, Pulumi ${versions.pulumi}, Node ${versions.node}, ` +
    `${machine.processors} processors (${machine.processor}), ${takenAt.slice(0, 10)}; ` +
    `${runs === 1 ? "one run" : `the median of ${runs} runs, and how far they were apart`}.`;
  const state = Object.entries(stateBytes)
    .map(([size, bytes]) => `${bytes} (${size} indexes)`)
    .join(", ");
  const made = [head, "", ...tableOf(summaries), "", `Bytes of state an index: ${state}.`];
  const text = readFileSync(PAGE, "utf8");
  const [before = ""] = text.split(START);
  const after = text.slice(text.indexOf(END));
  writeFileSync(PAGE, `${before}${START}\n${made.join("\n")}\n${after}`);
  console.log(`written to ${PAGE}`);
}

const HEAD = [
  "| indexes | command | seconds | times the floor | CPU, s | times the floor | sessions (at once) | statements | server, s | MB of provider and program (the floor's) |",
  "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
];

function tableOf(summaries: readonly Summary[]): string[] {
  return [...HEAD, ...summaries.map(rowOf)];
}

function rowOf(each: Summary): string {
  const { seconds, ratio, cpuSeconds, cpuRatio, sessions, statements, serverMs } = each;
  const cells = [
    each.indexes,
    each.phase,
    `${shown(seconds.median)}${spreadOf(seconds)}`,
    ratio ? shown(ratio.median, 2) : "",
    shown(cpuSeconds.median),
    cpuRatio ? shown(cpuRatio.median, 2) : "",
    `${sessions.median} (${each.peakSessions})`,
    statements.median,
    shown(serverMs.median / 1000),
    memoryOf(each),
  ];
  return `| ${cells.join(" | ")} |`;
}

function memoryOf(each: Summary): string {
  const own = `${mb(each.providerBytes)}, ${mb(each.programBytes)}`;
  if (each.floorProviderBytes === undefined) return own;
  return `${own} (${mb(each.floorProviderBytes)}, ${mb(each.floorProgramBytes ?? 0)})`;
}

const shown = (figure: number, digits = 1) => figure.toFixed(digits);
const mb = (bytes: number) => Math.round(bytes / 2 ** 20);

function spreadOf({ least, most }: Summary["seconds"]): string {
  return least === most ? "" : ` (${shown(least)} to ${shown(most)})`;
}
