import { type Spread, spreadOf } from "../support/results.ts";
import type { Phase, Run } from "./phases.ts";

/** A phase of several runs, as it is written down. */
export interface Summary {
  readonly phase: string;
  readonly indexes: number;
  readonly seconds: Spread;
  /** Of the run's own floor. */
  readonly ratio?: Spread;
  readonly cpuSeconds: Spread;
  readonly cpuRatio?: Spread;
  readonly sessions: Spread;
  readonly statements: Spread;
  readonly serverMs: Spread;
  readonly peakSessions: number;
  readonly providerBytes: number;
  readonly programBytes: number;
  readonly floorProgramBytes?: number;
  readonly floorProviderBytes?: number;
}

export function summariesOf(runs: readonly Run[]): Summary[] {
  const [first] = runs;
  if (!first) return [];
  const names = new Set(first.phases.map(({ name }) => name));
  return [...names].map((name) => {
    const all = runs.flatMap(({ phases }) => phases.filter((phase) => phase.name === name));
    return summaryOf(name, first.indexes, all);
  });
}

function summaryOf(phase: string, indexes: number, all: readonly Phase[]): Summary {
  const of = (figure: (each: Phase) => number) => spreadOf(all.map(figure));
  const most = (figure: (each: Phase) => number) => Math.max(...all.map(figure));
  const hasFloor = all.every(({ floor }) => floor !== undefined);
  return {
    phase,
    indexes,
    seconds: of((each) => each.seconds),
    ...(hasFloor && {
      ratio: of((each) => each.seconds / (each.floor?.seconds ?? 1)),
      cpuRatio: of((each) => each.cpuSeconds / (each.floor?.cpuSeconds || Number.NaN)),
      floorProgramBytes: most((each) => each.floor?.program ?? 0),
      floorProviderBytes: most((each) => each.floor?.provider ?? 0),
    }),
    cpuSeconds: of((each) => each.cpuSeconds),
    sessions: of(({ server }) => server.sessions),
    statements: of(({ server }) => server.statements),
    serverMs: of(({ server }) => server.serverMs),
    peakSessions: most(({ server }) => server.peakSessions),
    providerBytes: most((each) => each.provider),
    programBytes: most((each) => each.program),
  };
}
