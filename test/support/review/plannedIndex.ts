import type { Plan, PlannedIndex } from "../../../providers/pgindex/src/review/plan.ts";

const DATABASE = { systemIdentifier: "7", oid: 5, name: "app" };

/** An index that will be built, as it was looked at. */
export function plannedIndex(changes: Partial<PlannedIndex> = {}): PlannedIndex {
  const statement = 'CREATE INDEX CONCURRENTLY "i" ON "public"."t" USING "btree" ("a")';
  return {
    urn: "urn:pulumi:dev::shop::pulumi-nodejs:pgindex:Index::i",
    name: "i",
    action: "create",
    outcome: "looked",
    index: { schema: "public", name: "i", table: "t" },
    database: { ...DATABASE, serverVersion: 180_004 },
    statement,
    canonical: { accessMethod: "btree", columns: "a pg_catalog.int4_ops" },
    facts: {
      serverVersion: 180_004,
      database: DATABASE,
      index: { schema: "public", name: "i" },
      table: { schema: "public", name: "t", rows: 5, sizeBytes: 8192 },
      steps: [
        {
          kind: "build",
          why: "it does not exist",
          statements: [statement],
          locks: "SHARE UPDATE EXCLUSIVE",
          lockedSeconds: null,
        },
      ],
      buildSettings: {},
    },
    hazards: [],
    heldTo: {
      isSiblings: false,
      steps: [
        {
          kind: "build",
          why: "it does not exist",
          sql: [statement],
          drops: [],
          onPartition: false,
        },
      ],
    },
    source: { file: "src/index.ts", line: 3, column: 5 },
    ...changes,
  };
}

export function planOf(...indexes: readonly PlannedIndex[]): Plan {
  return {
    format: "pgindex-plan",
    formatVersion: 1,
    pgindex: "0.1.0",
    madeAt: "2026-11-29T10:00:00.000Z",
    project: "shop",
    stack: "dev",
    command: "up",
    isComplete: true,
    indexes: [...indexes],
    others: [],
  };
}

export const OLD_TRANSACTION = {
  code: "old-transaction",
  severity: "warning",
  object: "public.t",
  message: "the build will wait for pid 7",
  fix: "end it",
  action: "warn",
} as const;
