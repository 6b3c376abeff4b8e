import { expect, test } from "vitest";
import { conditionsOn } from "../../../providers/pgindex/src/engine/promote/conditions.ts";
import type {
  Evidence,
  GateConditions,
  QueryEvidence,
} from "../../../providers/pgindex/src/engine/promote/evidence.ts";

import type { DatabaseIdentity } from "../../../providers/pgindex/src/engine/session/databaseIdentity.ts";
import { foundAs, RECORDED } from "./provedIndex.ts";

export const NOW = Date.parse("2026-11-22T12:00:00Z");
export const HOUR = 3_600_000;

export const requirement = { schema: "public", name: "m_idx", statement: "CREATE INDEX …" };
export const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

export const LOOKUP: QueryEvidence = {
  name: "lookup",
  usesIndex: true,
  planType: "Index Scan",
  executionMs: 4,
  beforeMs: 200,
  timedOut: false,
};
export const OTHER: QueryEvidence = { name: "other", usesIndex: false, planType: "Seq Scan" };

/** Everything as it should be: valid for 24 hours when it was last measured, used, scanned by traffic. */
export const EVIDENCE: Evidence = {
  statement: requirement.statement,
  valid: true,
  validSince: ago(25),
  verifiedAt: ago(1),
  trafficScans: 1,
  isExact: true,
  isToldApart: true,
  recorded: RECORDED,
  found: foundAs("public.m_idx"),
  queries: [LOOKUP, OTHER],
};
export const CONDITIONS: GateConditions = {
  soakMs: 24 * HOUR,
  soak: "24h",
  minimumScans: 1,
  maximumSlowdown: 2,
};

export type Case = readonly [
  title: string,
  evidence: Partial<Evidence>,
  conditions: Partial<GateConditions>,
  missing: readonly RegExp[],
];

export function judge(
  evidence: Partial<Evidence>,
  conditions: Partial<GateConditions>,
  here?: DatabaseIdentity,
) {
  return conditionsOn(
    requirement,
    { ...EVIDENCE, ...evidence },
    { ...CONDITIONS, ...conditions },
    here,
  );
}

/** Checks which texts say what is still missing, for each case. */
export function testMissing(cases: readonly Case[]): void {
  test.each(cases)("%s", (_title, evidence, conditions, expected) => {
    const missing = judge(evidence, conditions).filter(({ isMet }) => !isMet);
    expect(missing.map(({ text }) => text)).toHaveLength(expected.length);
    expected.forEach((pattern, i) => void expect(missing[i]?.text).toMatch(pattern));
  });
}
