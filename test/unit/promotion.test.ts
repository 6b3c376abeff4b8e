import { describe, expect, test } from "vitest";
import {
  type Evidence,
  type GateConditions,
  missingFor,
} from "../../providers/pgindex/src/engine/promotion.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;

const requirement = { schema: "public", name: "m_idx", statement: "CREATE INDEX …" };

/** Everything as it should be: valid for 25 hours, used, scanned by traffic. */
const EVIDENCE: Evidence = {
  statement: requirement.statement,
  valid: true,
  validSince: new Date(NOW - 25 * HOUR).toISOString(),
  trafficScans: 1,
  queries: [
    { name: "lookup", usesIndex: true, planType: "Index Scan" },
    { name: "other", usesIndex: false, planType: "Seq Scan" },
  ],
};
const CONDITIONS: GateConditions = { soakMs: 24 * HOUR, minimumScans: 1 };

const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

const CASES: readonly (readonly [
  title: string,
  evidence: Partial<Evidence>,
  conditions: Partial<GateConditions>,
  missing: readonly RegExp[],
])[] = [
  ["every condition met", {}, {}, []],
  ["exactly the soak time", { validSince: ago(24) }, {}, []],
  [
    "a second too early",
    { validSince: ago(24 - 1 / 3600) },
    {},
    [/soaked 23 h 59 min of 1d: 1 s left/],
  ],
  [
    "an hour of soak left",
    { validSince: ago(23) },
    {},
    [/soaked 23 h 0 min of 1d: 1 h 0 min left/],
  ],
  ["a shorter soak", { validSince: ago(1) }, { soakMs: HOUR / 2 }, []],
  ["no soak wanted", { validSince: ago(0) }, { soakMs: 0 }, []],
  ["not valid", { valid: false }, {}, [/not valid there: run pulumi up there/]],
  [
    "another definition",
    { statement: "CREATE INDEX ?" },
    {},
    [/another definition \(CREATE INDEX \?\)/],
  ],
  [
    "no plan that uses it",
    { queries: [{ name: "lookup", usesIndex: false, planType: "Seq Scan" }] },
    {},
    [/no measured plan there uses it/],
  ],
  ["no query at all", { queries: [] }, {}, [/no measured plan there uses it/]],
  ["no scan by traffic", { trafficScans: 0 }, {}, [/0 times there, 1 wanted/]],
  ["too few scans", { trafficScans: 9 }, { minimumScans: 10 }, [/9 times there, 10 wanted/]],
  ["enough scans", { trafficScans: 10 }, { minimumScans: 10 }, []],
  ["no scan wanted", { trafficScans: 0 }, { minimumScans: 0 }, []],
  [
    "everything wrong, all of it told",
    { valid: false, queries: [], trafficScans: 0, validSince: ago(0) },
    {},
    [/not valid/, /no measured plan/, /0 times/, /soaked 0 s of 1d: 24 h 0 min left/],
  ],
];

describe("what is still missing for the next stage", () => {
  test.each(CASES)("%s", (_title, evidence, conditions, expected) => {
    const missing = missingFor(
      requirement,
      { ...EVIDENCE, ...evidence },
      { ...CONDITIONS, ...conditions },
      NOW,
    );
    expect(missing).toHaveLength(expected.length);
    expected.forEach((pattern, i) => void expect(missing[i]).toMatch(pattern));
  });

  test("no such index there", () => {
    expect(missingFor(requirement, undefined, CONDITIONS, NOW)).toEqual([
      "the other stack has no such index: run pulumi up there first",
    ]);
  });
});
