import { expect, test } from "vitest";
import type { ReportInput } from "../../../providers/pgindex/src/report/toReport.ts";
import {
  BACKUP,
  BASELINE,
  indexOf,
  NOW,
  PRODUCTION,
  parsed,
  queryOf,
  reportOf,
  STAGING,
  verificationOf,
} from "../../support/report/report.ts";

type Resources = Parameters<typeof reportOf>[0];

const LINES = [
  "Backed up before the first change",
  "The indexes are valid in staging and production",
  "Query plans use them in staging and production",
  "They soaked in staging for 24h first",
  "Traffic scans them: scan counts are above zero",
  "The queries are faster in production than before",
  "No errors",
  "The migration tool's own records are up to date",
];

/** The lines that are not done, each with what is missing. */
function missing(resources?: Resources, more?: Partial<ReportInput>) {
  return reportOf(resources, more)
    .checklist.filter(({ isDone }) => !isDone)
    .map(({ title, proofs }) => [title, ...proofs.filter((p) => !p.isMet).map((p) => p.text)]);
}

test("a rollout that went as it should: every line is done and says by what", () => {
  const { checklist } = reportOf();
  expect(checklist.map(({ title, isDone }) => [title, isDone])).toEqual(
    LINES.map((title) => [title, true]),
  );
  expect(checklist.map(({ proofs }) => proofs.map(({ text }) => text))).toEqual([
    [expect.stringContaining("2026-11-22 10:50:00 UTC, by pg_dump (PostgreSQL) 18.4 in 31 s to")],
    ["staging: public.i is valid", "production: public.i is valid"],
    [
      "staging: message history: Index Scan using i",
      "production: message history: Index Scan using i",
    ],
    ["public.i had been valid there for 48 h 0 min when the first index of production was ready"],
    ["staging: 100 scans by traffic of public.i", "production: 100 scans by traffic of public.i"],
    ["message history: 150 ms before, 0.05 ms after, 3,000 times faster"],
    [
      "staging: public.i: every expectation of its queries is met",
      "production: public.i: every expectation of its queries is met",
    ],
    ["migration 0013_sticky_skreet is recorded as applied in drizzle.__drizzle_migrations"],
  ]);
});

test("a stack without anything: no line is done, and each says what to do", () => {
  const lines = missing([], { earlier: undefined });
  expect(lines).toHaveLength(LINES.length);
  for (const [title, ...proofs] of lines) expect([title, proofs.length > 0]).toEqual([title, true]);
});

const proof = verificationOf("public.i", [queryOf("message history")]);
const wrongQuery = (more: object) => [
  BACKUP,
  indexOf("i"),
  verificationOf("public.i", [queryOf("message history", { ...more })]),
  BASELINE,
];

test.each<[string, number, Resources, string]>([
  ["no backup", 0, PRODUCTION.slice(1), "the stack takes no backup"],
  [
    "a backup after the build",
    0,
    [["Backup", { ...BACKUP[1], takenAt: "2026-11-22T11:10:00.000Z" }], ...PRODUCTION.slice(1)],
    "after the first build (2026-11-22 11:00:00 UTC)",
  ],
  [
    "an index that was redefined",
    1,
    [BACKUP, indexOf("i", { drift: "redefined outside" }), proof, BASELINE],
    "production: public.i is drifted (redefined outside)",
  ],
  [
    "a plan without the index",
    2,
    wrongQuery({ planType: "Seq Scan", index: null, usesIndex: false }),
    "production: message history: Seq Scan",
  ],
  [
    "no scan",
    4,
    [
      BACKUP,
      indexOf("i"),
      verificationOf("public.i", [queryOf("message history")], {
        usage: { ...(proof[1].usage as object), trafficScans: 0 },
      }),
      BASELINE,
    ],
    "production: 0 scans by traffic of public.i: let the application run",
  ],
  [
    "a slower query",
    5,
    wrongQuery({ executionMs: 300, ratio: 0.5 }),
    "message history: 150 ms before, 300 ms after, 0.5 times as fast",
  ],
  [
    "a query without a time from before",
    5,
    wrongQuery({ before: null, ratio: null }),
    "not measured",
  ],
  [
    "an expectation that is not met",
    6,
    wrongQuery({ ok: false, problems: ["expected at most 5 ms, found 6 ms"] }),
    "production: message history: expected at most 5 ms, found 6 ms",
  ],
  ["no record of the migration", 7, PRODUCTION.slice(0, 3), "declare a baseline"],
])("%s is missing, and nothing else", (_, line, resources, text) => {
  expect(missing(resources)).toEqual([[LINES[line], expect.stringContaining(text)]]);
});

test.each(["NodePgMigrateBaseline", "PrismaBaseline"])("the mark of a %s is a record", (kind) => {
  expect(missing([...PRODUCTION.slice(0, 3), [kind, BASELINE[1]]])).toEqual([]);
});

test("a verification that is missing leaves open what it would have measured", () => {
  const lines = missing([BACKUP, indexOf("i"), BASELINE]).map(([title]) => title);
  expect(lines).toEqual([LINES[2], LINES[4], LINES[5], LINES[6]]);
});

test("a soak that was too short: what it was, and what was asked for", () => {
  const soak = { ms: 3 * 86_400_000, text: "3d" };
  expect(missing(undefined, { soak })).toEqual([
    ["They soaked in staging for 3d first", expect.stringContaining("48 h 0 min when the first")],
  ]);
});

test("before production has anything the soak goes on", () => {
  const soak = { ms: 49 * 3_600_000, text: "49h" };
  const texts = reportOf([], { soak }).checklist[3]?.proofs;
  expect(texts).toEqual([
    { isMet: true, text: "public.i had been valid there for 49 h 0 min now" },
  ]);
});

test("an overridden gate is no soak", () => {
  const gate = [
    "PromotionGate",
    { passedAt: NOW.toISOString(), overridden: "in a hurry" },
  ] as const;
  expect(missing([...PRODUCTION, gate])).toEqual([
    [LINES[3], "the gate was overridden: in a hurry"],
  ]);
});

test("without the earlier stack the report says how to name it", () => {
  const [line] = missing(undefined, { earlier: undefined });
  expect(line?.[1]).toContain("--earlier-stack NAME");
});

test("without a backup, for a reason: its line is not asked", () => {
  const withoutBackup = "the provider takes snapshots";
  const [line] = reportOf(PRODUCTION.slice(1), { withoutBackup }).checklist;
  expect(line).toMatchObject({ isDone: true, proofs: [{ text: `not asked: ${withoutBackup}` }] });
});

test("measurements that were handed in count", () => {
  const results = [{ promise: "no failed write", measured: "3 failed", ok: false }];
  expect(missing(undefined, { extra: { title: "load test", results, writes: [] } })).toEqual([
    [LINES[6], "load test: 0 of 1 results are as promised"],
  ]);
});

test("the stack that went first is judged too", () => {
  const earlier = parsed("staging", [indexOf("i", { valid: false }), ...STAGING.slice(1)]);
  expect(missing(undefined, { earlier }).flat()).toContain("staging: public.i is invalid");
});
