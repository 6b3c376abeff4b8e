import { type Published, shown } from "../support/published.ts";
import type { Summary } from "./summaries.ts";

/** What all runs have measured. */
export interface Figures {
  readonly runs: number;
  /** How often each run has measured what changes nothing. */
  readonly repeats: number;
  readonly summaries: readonly Summary[];
  /** By the number of indexes. */
  readonly stateBytes: Readonly<Record<string, number>>;
}

const HEAD = [
  "indexes",
  "command",
  "seconds",
  "× floor",
  "CPU, s",
  "× floor",
  "sessions (at once)",
  "statements",
  "server, s",
  "MB of provider, program (the floor's)",
];

export function manyResults(figures: Figures): Published {
  const { runs, repeats, summaries, stateBytes } = figures;
  const state = Object.values(stateBytes).join(", ");
  const of = runs === 1 ? "one run" : `median of ${runs} runs`;
  const times = repeats === 1 ? of : `${of}, what changes nothing ${runs * repeats} times`;
  return {
    title: `Each command, ${times}; bytes of state an index: ${state}`,
    head: HEAD,
    rows: summaries.map(rowOf),
    short: shortOf(summaries, times),
    bars: { label: "times the floor", digits: 2, of: summaries.flatMap(barOf) },
    figures,
  };
}

function rowOf(each: Summary): (string | number)[] {
  const { seconds, ratio, cpuSeconds, cpuRatio, sessions, statements, serverMs } = each;
  return [
    each.indexes,
    each.phase,
    shown(seconds, 1),
    ratio ? shown(ratio, 2) : "",
    cpuSeconds.median.toFixed(1),
    cpuRatio ? cpuRatio.median.toFixed(2) : "",
    hasFloor(each) ? `${sessions.median} (${each.peakSessions})` : sessions.median,
    statements.median,
    (serverMs.median / 1000).toFixed(1),
    memoryOf(each),
  ];
}

/** Of its processes, and of the floor's in brackets; nothing where there is no floor. */
export function memoryOf(each: Summary): string {
  if (!hasFloor(each)) return "";
  const own = `${megabytes(each.providerBytes)}, ${megabytes(each.programBytes)}`;
  return `${own} (${megabytes(each.floorProviderBytes ?? 0)}, ${megabytes(each.floorProgramBytes ?? 0)})`;
}

/** Other tools have none, nor processes and sessions that we know. */
const hasFloor = ({ ratio }: Summary) => ratio !== undefined;

export const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** Of the largest number of indexes. */
function shortOf(summaries: readonly Summary[], times: string): NonNullable<Published["short"]> {
  const most = Math.max(...summaries.map(({ indexes }) => indexes));
  const rows = summaries
    .filter(({ indexes }) => indexes === most)
    .map(({ phase, seconds, ratio, statements }) => [
      phase,
      seconds.median.toFixed(1),
      ratio?.median.toFixed(2) ?? "",
      statements.median,
    ]);
  return {
    title: `${most.toLocaleString("en")} indexes on as many tables, ${times}`,
    head: ["command", "seconds", "× a program that does nothing", "statements"],
    rows,
  };
}

function barOf({ indexes, phase, ratio }: Summary): { name: string; value: number }[] {
  if (!ratio) return [];
  return [{ name: `${indexes.toLocaleString("en")}: ${phase}`, value: ratio.median }];
}
