import { describe, expect, test } from "vitest";
import { conditionsOn } from "../../../providers/pgindex/src/engine/promote/conditions.ts";
import type {
  Evidence,
  GateConditions,
  QueryEvidence,
} from "../../../providers/pgindex/src/engine/promote/evidence.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;

const requirement = { schema: "public", name: "m_idx", statement: "CREATE INDEX …" };
const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

const LOOKUP: QueryEvidence = {
  name: "lookup",
  usesIndex: true,
  planType: "Index Scan",
  executionMs: 4,
  beforeMs: 200,
  timedOut: false,
};
const OTHER: QueryEvidence = { name: "other", usesIndex: false, planType: "Seq Scan" };

/** Everything as it should be: valid for 25 hours, used, scanned by traffic. */
const EVIDENCE: Evidence = {
  statement: requirement.statement,
  valid: true,
  validSince: ago(25),
  verifiedAt: ago(1),
  trafficScans: 1,
  isExact: true,
  queries: [LOOKUP, OTHER],
};
const CONDITIONS: GateConditions = {
  soakMs: 24 * HOUR,
  soak: "24h",
  minimumScans: 1,
  maximumSlowdown: 2,
};

type Case = readonly [
  title: string,
  evidence: Partial<Evidence>,
  conditions: Partial<GateConditions>,
  missing: readonly RegExp[],
];

const INDEX: readonly Case[] = [
  ["every condition met", {}, {}, []],
  ["exactly the soak time", { validSince: ago(24) }, {}, []],
  [
    "a second too early",
    { validSince: ago(24 - 1 / 3600) },
    {},
    [/soaked 23 h 59 min of 24h: 1 s left, until 2026-11-22T12:00:01Z/],
  ],
  [
    "an hour of soak left, as it was written",
    { validSince: ago(23) },
    { soak: "1 day" },
    [/soaked 23 h 0 min of 1 day: 1 h 0 min left, until 2026-11-22T13:00:00Z/],
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
  ["no scan by traffic", { trafficScans: 0 }, {}, [/0 times there, 1 wanted/]],
  [
    "too few scans, with the time when there will be enough",
    { trafficScans: 8 },
    { minimumScans: 10 },
    // 8 in 24 hours: two more take six.
    [
      /8 times there, 10 wanted.* at the rate until 2026-11-22T11:00:00Z, there will be enough by 2026-11-22T17:00/,
    ],
  ],
  [
    "too few scans, of which some may be ours",
    { isExact: false },
    { minimumScans: 2 },
    [/unsaved measurements may have caused some of the counted scans/],
  ],
  ["enough scans", { trafficScans: 10 }, { minimumScans: 10 }, []],
  ["no scan wanted", { trafficScans: 0 }, { minimumScans: 0 }, []],
  [
    "everything wrong, all of it told",
    { valid: false, queries: [], trafficScans: 0, validSince: ago(0) },
    { maximumMs: { lookup: 5 } },
    [
      /not valid/,
      /no measured plan/,
      /no query "lookup"/,
      /0 times/,
      /0 s of 24h: 24 h 0 min left/,
    ],
  ],
];

const PLANS: readonly Case[] = [
  ["no plan that uses it", { queries: [OTHER] }, {}, [/no measured plan there uses it/]],
  [
    "a plan of the list wanted, and none that reads the table",
    { queries: [{ ...OTHER, planType: null }] },
    { planTypes: { other: ["Index Scan"] } },
    [/no measured plan/, /"other" uses no scan of its table without this index there/],
  ],
  ["no query at all", { queries: [] }, {}, [/no measured plan there uses it/]],
  ["a plan of the list; others do not count", {}, { planTypes: ["Index Scan"] }, []],
  [
    "a plan that is not in the list",
    {},
    { planTypes: ["Index Only Scan", "Bitmap Heap Scan"] },
    [/"lookup" uses Index Scan there, Index Only Scan or Bitmap Heap Scan wanted/],
  ],
  ["the named query's plan", {}, { planTypes: { lookup: ["Index Scan"] } }, []],
  [
    "a named query that does not use it",
    {},
    { planTypes: { other: ["Seq Scan"] } },
    [/"other" uses Seq Scan without this index there, Seq Scan wanted/],
  ],
  [
    "a named query that is not there",
    {},
    { planTypes: { loookup: ["Index Scan"] } },
    [/no query "loookup" is measured there: .* or correct its name here/],
  ],
];

const slow = (change: Partial<QueryEvidence>) => ({ queries: [{ ...LOOKUP, ...change }] });

const TIMES: readonly Case[] = [
  ["within the bound", slow({}), { maximumMs: 4 }, []],
  ["within the named bound", {}, { maximumMs: { lookup: 4 } }, []],
  [
    "above the bound",
    slow({}),
    { maximumMs: 3.9 },
    [/"lookup" takes 4 ms there, at most 3.9 ms wanted/],
  ],
  [
    "above the named bound",
    {},
    { maximumMs: { lookup: 3 } },
    [/"lookup" takes 4 ms there, at most 3 ms wanted/],
  ],
  [
    "a bound on every query, one of which was not measured",
    {},
    { maximumMs: 5 },
    [/"other" was not measured there, at most 5 ms wanted/],
  ],
  [
    "timed out, whatever the bound",
    slow({ executionMs: 100, timedOut: true }),
    { maximumMs: 150 },
    [/takes more than 100 ms there, at most 150 ms wanted/],
  ],
  ["twice as slow as before", slow({ executionMs: 400 }), {}, []],
  [
    "more than twice as slow",
    slow({ executionMs: 401 }),
    {},
    [/"lookup" takes 401 ms there, 200 ms before the build, at most 2 times as long wanted/],
  ],
  [
    "more than twice as slow, which is allowed",
    slow({ executionMs: 401 }),
    { maximumSlowdown: 3 },
    [],
  ],
  ["ten times as slow, within the noise", slow({ executionMs: 0.5, beforeMs: 0.05 }), {}, []],
  ["not measured before", slow({ executionMs: 9_000, beforeMs: null }), {}, []],
  [
    "refused by the server now",
    slow({ executionMs: null }),
    {},
    [/"lookup" took 200 ms before the build there and does not run now/],
  ],
  [
    "evidence of an older release, which has no times",
    { queries: [{ name: "lookup", usesIndex: true, planType: "Index Scan" }] },
    {},
    [],
  ],
];

function judge(evidence: Partial<Evidence>, conditions: Partial<GateConditions>) {
  return conditionsOn(
    requirement,
    { ...EVIDENCE, ...evidence },
    { ...CONDITIONS, ...conditions },
    NOW,
  );
}

describe.each([
  ["the index", INDEX],
  ["plans", PLANS],
  ["times", TIMES],
])("what is still missing for the next stage: %s", (_what, cases) => {
  test.each(cases)("%s", (_title, evidence, conditions, expected) => {
    const missing = judge(evidence, conditions).filter(({ isMet }) => !isMet);
    expect(missing.map(({ text }) => text)).toHaveLength(expected.length);
    expected.forEach((pattern, i) => void expect(missing[i]?.text).toMatch(pattern));
  });
});

test("no such index there", () => {
  expect(conditionsOn(requirement, undefined, CONDITIONS, NOW)).toEqual([
    {
      name: "evidence",
      isMet: false,
      text: "the other stack has no such index: run pulumi up there first",
    },
  ]);
});

test("what is met is told too", () => {
  const found = judge({}, { maximumMs: { lookup: 5 }, planTypes: ["Index Scan"] });
  expect(found.map(({ text }) => text)).toEqual([
    "it has the same definition there",
    "it is valid there",
    'plans there use it: "lookup" by Index Scan',
    '"lookup" takes 4 ms there, at most 5 ms wanted',
    '"lookup" takes 4 ms there, 200 ms before the build',
    "traffic has scanned it 1 times there, 1 wanted",
    "it has soaked 24h",
  ]);
});
