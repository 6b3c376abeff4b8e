import Table from "cli-table3";
import type { Notable } from "../application/chaosWriter.ts";
import type { Options } from "../chaosOptions.ts";
import type { Outcome } from "../chaosRun.ts";
import { BOUNDS, type RunRecord } from "./runRecord.ts";
import { mostOf, WAIT_SHARE } from "./waitSampler.ts";

/** Prints what happened, the broken promises, and one line for a log. */
export function summarize(options: Options, outcome: Outcome): void {
  const { record } = outcome;
  const table = new Table({
    colWidths: [52, 92],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  table.push(...rowsOf(outcome).map(([name, value]) => [name, value]));
  process.stdout.write(`${table}\n`);
  for (const promise of new Set(record.broken)) process.stdout.write(`BROKEN: ${promise}\n`);
  process.stdout.write(`${lineOf(options, outcome)}\n`);
}

function rowsOf({
  version,
  builds,
  rounds,
  written,
  waits: summed,
  watchedMs,
  samples,
  record,
}: Outcome): [string, string][] {
  const waits = longestOf(written.long, record);
  const allowed = Math.round(WAIT_SHARE * watchedMs);
  return [
    ["server", `PostgreSQL ${version}`],
    ["rounds", String(rounds)],
    ["builds that became valid", String(builds)],
    ["looks for a valid index of each name", String(samples)],
    ["troubles that hit", listOf(record.hits)],
    ["troubles that missed", String(record.misses)],
    ["commands of both CLIs", listOf(record.commands)],
    ["rightly refused, kept, replaced or adopted", listOf(record.rightly)],
    ["attempts retried", listOf(record.retries)],
    ["longest wait reported by the engine", `${record.longestWait} s`],
    [
      "writes",
      `${written.writes}, failed while the server was restarted: ${written.failed.length}`,
    ],
    ["longest write", `${Math.round(written.longestMs)} ms`],
    ["longest during a restart or a patient ALTER TABLE", `${waits.theirs} ms of ${BOUNDS.theirs}`],
    ["longest otherwise, if above 1 s", `${waits.ours} ms of ${BOUNDS.ours}`],
    [
      "waits behind us, summed, of the writer with the most",
      `${mostOf(summed.ours)} ms of ${allowed}`,
    ],
    ["waits behind others alone, likewise", `${mostOf(summed.others)} ms`],
  ];
}

function longestOf(long: readonly Notable[], record: RunRecord): typeof BOUNDS {
  const longest = { ours: 0, theirs: 0 };
  for (const write of long) {
    const reason = record.reasonOf(write);
    longest[reason] = Math.max(longest[reason], Math.round(write.to - write.from));
  }
  return longest;
}

/** A row of docs/chaos.md. */
function lineOf(
  { seed, minutes }: Options,
  { version, builds, written, waits: summed, record }: Outcome,
): string {
  const waits = longestOf(written.long, record);
  const verdict =
    record.broken.length === 0 ? "every promise kept" : `${record.broken.length} BROKEN`;
  const retries = sum(record.retries);
  const cells = [seed, version, minutes, builds, listOf(record.hits), retries, written.writes];
  const last = [
    waits.theirs || "below 1000",
    waits.ours || "below 1000",
    mostOf(summed.ours),
    listOf(record.rightly),
    verdict,
  ];
  return `chaos | ${[...cells, ...last].join(" | ")} |`;
}

function listOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, times]) => `${times} ${name}`).join(", ") || "none";
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, each) => total + each, 0);
}
