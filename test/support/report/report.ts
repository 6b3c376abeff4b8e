import type { Report } from "../../../providers/pgindex/src/report/reportModel.ts";
import { type ReportInput, toReport } from "../../../providers/pgindex/src/report/toReport.ts";
import type {
  IndexStatus,
  StackStatus,
} from "../../../providers/pgindex/src/status/indexStatus.ts";
import {
  parseStackState,
  type StackState,
} from "../../../providers/pgindex/src/status/stackState.ts";

/** When the reports of tests are written. */
export const NOW = new Date("2026-11-22T12:00:00.000Z");

type Outputs = Readonly<Record<string, unknown>>;

/** Kinds of resources with their outputs, as `pulumi stack export` has them. */
export function stackOf(stack: string, resources: readonly (readonly [string, Outputs])[]) {
  return {
    version: 3,
    deployment: {
      resources: resources.map(([kind, outputs], i) => {
        const type = `pulumi-nodejs:pgindex:${kind}`;
        const urn = `urn:pulumi:${stack}::shop::${type}::r${i}`;
        return { urn, type, custom: true, outputs: { schemaVersion: 1, ...outputs } };
      }),
    },
  };
}

/** An index that was built in 42 seconds. */
export function indexOf(name: string, more: Outputs = {}): [string, Outputs] {
  const outputs = {
    schema: "public",
    name,
    table: "messages",
    definition: `CREATE INDEX ${name} ON public.messages USING btree (state)`,
    oid: 1,
    valid: true,
    sizeBytes: 40_000_000,
    builtAt: "2026-11-22T11:00:00.000Z",
    buildSeconds: 42,
    phaseSeconds: [0.5, 2, 30, 0.5, 4, 1, 4, 0],
    validSince: "2026-11-22T11:00:00.000Z",
    adopted: false,
    before: [],
    drift: null,
    ...more,
  };
  return ["Index", outputs];
}

export function queryOf(name: string, more: Outputs = {}): Outputs {
  return {
    name,
    planType: "Index Scan",
    index: "i",
    usesIndex: true,
    executionMs: 0.05,
    rows: 10,
    buffers: 8,
    timedOut: false,
    runs: 5,
    note: null,
    before: { planType: "Seq Scan", executionMs: 150, rows: 10, buffers: 12_000, timedOut: false },
    ratio: 3000,
    ok: true,
    problems: [],
    ...more,
  };
}

export function verificationOf(
  index: string,
  queries: readonly Outputs[],
  more: Outputs = {},
): [string, Outputs] {
  const usage = {
    scans: 120,
    tuplesRead: 900,
    tuplesFetched: 880,
    lastScan: "2026-11-22T11:29:59.000Z",
    sizeBytes: 40_000_000,
    statsReset: null,
    trafficScans: 100,
    ownScans: 20,
  };
  const at = { verifiedAt: "2026-11-22T11:30:00.000Z" };
  const outputs = { index, queries, usage, valid: true, ok: true, problems: [], ...at, ...more };
  return ["Verification", outputs];
}

export const BACKUP: [string, Outputs] = [
  "Backup",
  {
    takenAt: "2026-11-22T10:50:00.000Z",
    seconds: 31,
    tool: "pg_dump (PostgreSQL) 18.4",
    file: "backups/shop.dump",
    sizeBytes: 90_000_000,
    entries: 57,
    covers: "x",
  },
];

export const BASELINE: [string, Outputs] = [
  "DrizzleBaseline",
  {
    migration: "0013_sticky_skreet",
    hash: "x",
    createdAt: 1,
    migrationsSchema: "drizzle",
    migrationsTable: "__drizzle_migrations",
    adopted: false,
  },
];

/** Staging, which has stood for two days. */
export const STAGING = [
  indexOf("i", {
    builtAt: "2026-11-20T11:00:00.000Z",
    validSince: "2026-11-20T11:00:00.000Z",
  }),
  verificationOf("public.i", [queryOf("message history")]),
] as const;

/** Production, where all is done. */
export const PRODUCTION = [
  BACKUP,
  indexOf("i"),
  verificationOf("public.i", [queryOf("message history")]),
  BASELINE,
] as const;

export function parsed(
  stack: string,
  resources: readonly (readonly [string, Outputs])[],
): StackState {
  return parseStackState(JSON.stringify(stackOf(stack, resources)));
}

/** A report of these resources of production, after the whole of staging. */
export function reportOf(
  resources: readonly (readonly [string, Outputs])[] = PRODUCTION,
  more: Partial<ReportInput> = {},
): Report {
  return toReport({
    state: parsed("production", resources),
    earlier: parsed("staging", STAGING),
    soak: { ms: 86_400_000, text: "24h" },
    now: NOW,
    ...more,
  });
}

/** What the database says of production's indexes now, in the order of {@link PRODUCTION}'s. */
export function liveStatus(
  indexes: readonly Partial<IndexStatus>[],
  first = PRODUCTION.findIndex(([kind]) => kind === "Index"),
): StackStatus {
  const seen = { drift: null, warnings: [], scans: 130, sizeBytes: 50, lastScan: null, plans: [] };
  return {
    stack: "production",
    ok: false,
    builds: [],
    indexes: indexes.map((index, i) => ({
      ...seen,
      ...{ schema: "public", name: "i", table: "messages", state: "valid" },
      ...{ builtAt: null, validSince: "2026-11-22T11:00:00.000Z" },
      ...index,
      urn: `urn:pulumi:production::shop::pulumi-nodejs:pgindex:Index::r${first + i}`,
    })),
  };
}
