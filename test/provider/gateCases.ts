// What production can be refused for, and by which lines.
import type { PromotionGateArgs } from "pulumi-pgindex";
import { foundAs, RECORDED } from "../support/promote/provedIndex.ts";

export const args = { table: "t", name: "t_idx", columns: ["a"] };
export const STATEMENT = 'CREATE INDEX CONCURRENTLY "t_idx" ON "public"."t" USING "btree" ("a")';
/** One moment: of two that follow each other, a proof could be a millisecond older than its index. */
const NOW = Date.now();
export const hoursAgo = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();
export const proved = () => ({
  statement: STATEMENT,
  valid: true,
  validSince: hoursAgo(26.5),
  trafficScans: 7,
  verifiedAt: hoursAgo(1),
  isExact: true,
  isToldApart: true,
  recorded: RECORDED,
  found: foundAs("public.t_idx"),
  queries: [
    { name: "by a", usesIndex: true, planType: "Index Scan", executionMs: 4, beforeMs: 200 },
  ],
});
const query = (change: object) => ({
  "public.t_idx": { ...proved(), queries: [{ ...proved().queries[0], ...change }] },
});

interface Unmet {
  readonly what: string;
  readonly evidence: () => unknown;
  /** Beside the defaults. */
  readonly asked?: Partial<PromotionGateArgs>;
  readonly lines: readonly RegExp[];
}

export const missing: readonly Unmet[] = [
  { what: "no evidence", evidence: () => undefined, lines: [/has no such index: run pulumi up/] },
  {
    what: "another index",
    evidence: () => ({ "public.other": proved() }),
    lines: [/no such index/],
  },
  {
    what: "another definition",
    evidence: () => ({ "public.t_idx": { ...proved(), statement: "CREATE INDEX other" } }),
    lines: [/has another definition \(CREATE INDEX other\): run pulumi up there/],
  },
  {
    what: "an INVALID index",
    evidence: () => ({ "public.t_idx": { ...proved(), valid: false } }),
    lines: [/it is not valid there/],
  },
  {
    what: "no plan that uses it",
    evidence: () => ({
      "public.t_idx": {
        ...proved(),
        queries: [{ name: "by a", usesIndex: false, planType: "Seq Scan" }],
      },
    }),
    lines: [/no measured plan there uses it/],
  },
  {
    what: "no scan",
    evidence: () => ({ "public.t_idx": { ...proved(), trafficScans: 0 } }),
    lines: [/traffic has scanned it 0 times there, 1 wanted/],
  },
  {
    what: "too few scans",
    evidence: () => ({ "public.t_idx": proved() }),
    asked: { minimumScans: 10 },
    lines: [/7 times there, 10 wanted.* enough by \d{4}-/],
  },
  {
    what: "another plan",
    evidence: () => query({ planType: "Bitmap Heap Scan" }),
    asked: { planTypes: ["Index Scan", "Index Only Scan"] },
    lines: [/"by a" uses Bitmap Heap Scan there, Index Scan or Index Only Scan wanted/],
  },
  {
    what: "too slow",
    evidence: () => query({ executionMs: 12 }),
    asked: { maximumMs: { "by a": 10 } },
    lines: [/"by a" takes 12 ms there, at most 10 ms wanted/],
  },
  {
    what: "slower than before",
    evidence: () => query({ executionMs: 500 }),
    lines: [/"by a" takes 500 ms there, 200 ms before the build, at most 2 times/],
  },
  {
    what: "no longer possible",
    evidence: () => query({ executionMs: null }),
    lines: [/"by a" took 200 ms before the build there and does not run now/],
  },
  {
    what: "too young",
    evidence: () => ({ "public.t_idx": { ...proved(), validSince: hoursAgo(4.5) } }),
    lines: [/it has soaked 3 h 30 min of 24h: 20 h 30 min left, until \d{4}-\d\d-\d\dT[\d:]+Z/],
  },
  {
    what: "everything",
    evidence: () => ({
      "public.t_idx": {
        ...proved(),
        valid: false,
        queries: [],
        trafficScans: 0,
        validSince: hoursAgo(1),
      },
    }),
    lines: [/not valid/, /no measured plan/, /scanned it 0 times/, /soaked .* left/],
  },
];
