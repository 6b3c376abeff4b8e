import { describe, expect, test } from "vitest";
import { conditionsOn } from "../../../providers/pgindex/src/engine/promote/conditions.ts";
import {
  ago,
  type Case,
  CONDITIONS,
  HOUR,
  judge,
  NOW,
  requirement,
  testMissing,
} from "../../support/promote/evidenceCases.ts";

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

describe("what is still missing for the next stage: the index", () => testMissing(INDEX));

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
