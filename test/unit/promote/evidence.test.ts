import { describe, expect, test } from "vitest";
import { conditionsOn } from "../../../providers/pgindex/src/engine/promote/conditions.ts";
import {
  ago,
  type Case,
  CONDITIONS,
  HOUR,
  judge,
  LOOKUP,
  requirement,
  testMissing,
} from "../../support/promote/evidenceCases.ts";
import { foundAs, RECORDED, THERE } from "../../support/promote/provedIndex.ts";

const INDEX: readonly Case[] = [
  ["every condition met", {}, {}, []],
  ["exactly the soak time", { validSince: ago(25) }, {}, []],
  [
    "a second too early",
    { validSince: ago(25 - 1 / 3600) },
    {},
    [/soaked 23 h 59 min of 24h: 1 s left, until 2026-11-22T11:00:01Z/],
  ],
  [
    "an hour of soak left, as it was written",
    { validSince: ago(24) },
    { soak: "1 day" },
    [/soaked 23 h 0 min of 1 day: 1 h 0 min left, until 2026-11-22T12:00:00Z/],
  ],
  ["a shorter soak", { validSince: ago(2) }, { soakMs: HOUR / 2 }, []],
  ["no soak wanted", { validSince: ago(1) }, { soakMs: 0 }, []],
  [
    "a soak that nobody looked at the end of: dropped an hour after it was built, for example",
    { validSince: ago(200), verifiedAt: ago(199) },
    {},
    [/soaked 1 h 0 min of 24h: 23 h 0 min left, until .*; it was last measured at 2026-\S+: run/],
  ],
  [
    "a clock here that is a day ahead, which is not asked",
    { validSince: ago(-23), verifiedAt: ago(-24) },
    {},
    [/soaked 1 h 0 min of 24h/],
  ],
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
    "scans of which some may be ours",
    { isExact: false, isToldApart: false, trafficScans: 900 },
    { minimumScans: 2 },
    [/at least 900 times there, 2 wanted; but the server counts our own.*track_counts/],
  ],
  [
    "scans of which nobody says whether some are ours",
    { isExact: false, isToldApart: undefined, trafficScans: 900 },
    {},
    [/the server counts our own measurements too/],
  ],
  ["scans that are fewer than there were", { isExact: false, trafficScans: 7 }, {}, []],
  [
    "a plan by the index whose runs read nothing",
    { queries: [{ ...LOOKUP, indexRows: 0 }] },
    {},
    [/"lookup" by Index Scan read no row by it/],
  ],
  ["enough scans", { trafficScans: 10 }, { minimumScans: 10 }, []],
  ["no scan wanted", { trafficScans: 0 }, { minimumScans: 0 }, []],
  [
    "everything wrong, all of it told",
    { valid: false, queries: [], trafficScans: 0, validSince: ago(1) },
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

describe("what is still missing for the next stage: the index", () => testMissing(INDEX));

describe("what is not one proof", () =>
  testMissing([
    [
      "evidence of an older release, or written by hand",
      { recorded: undefined, found: undefined },
      {},
      [/does not say what the index's resource|does not say which index was measured/],
    ],
    ["no measurement", { verifiedAt: undefined }, { soakMs: 0 }, [/does not say/, /soaked/]],
    [
      "no measurement, and too few scans, whose rate is not known",
      { verifiedAt: undefined },
      { soakMs: 0, minimumScans: 2 },
      [/does not say/, /1 times there, 2 wanted: let .*run-program there$/, /soaked/],
    ],
    [
      "a statement of one index, queries and scans of another, as after up --target",
      { recorded: { ...RECORDED, oid: 16_501 } },
      {},
      [/contradicts itself: the statement is of the index with OID 16501, .* OID 16500; run/],
    ],
    [
      "a measurement of another index",
      { found: foundAs("public.other_idx") },
      {},
      [/contradicts itself: its queries and scans are of public\.other_idx/],
    ],
    [
      "a measurement in another database",
      { found: { ...foundAs("public.m_idx"), database: { ...THERE, oid: 9 } } },
      {},
      [/contradicts itself: the index is in staging@\d+\/16384, .* staging@\d+\/9/],
    ],
    [
      "a measurement before the index was valid",
      { validSince: ago(1), verifiedAt: ago(2) },
      { soakMs: 0 },
      [/contradicts itself: it was measured at .*, before it was valid/, /soaked/],
    ],
    [
      "an index that was redefined by hand, by its live form and not its statement",
      {
        found: {
          ...foundAs("public.m_idx"),
          canonical: { ...foundAs("").canonical, predicate: "(a > 0)" },
        },
      },
      {},
      [/no longer as CREATE INDEX … made it \(predicate: declared none, found \(a > 0\)\)/],
    ],
    [
      "an index of which a refresh has found drift",
      { recorded: { ...RECORDED, drift: "redefined outside: x" } },
      {},
      [/the index there is redefined outside: x/],
    ],
  ]));

test("this stack's own database is no other stack's", () => {
  const missing = (here: typeof THERE) => judge({}, {}, here).filter(({ isMet }) => !isMet);
  expect(missing(THERE)).toMatchObject([
    { name: "database", text: expect.stringMatching(/of this stack's own database, staging@/) },
  ]);
  expect(missing({ ...THERE, oid: 16_385 })).toEqual([]);
  expect(missing({ ...THERE, systemIdentifier: "1" })).toEqual([]);
});

test("no such index there", () => {
  expect(conditionsOn(requirement, undefined, CONDITIONS)).toEqual([
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
