// What a report says first, and that nothing stale is said of an index that is not there.
import { describe, expect, test } from "vitest";
import { toMarkdown } from "../../../providers/pgindex/src/report/markdownReport.ts";
import { toPage } from "../../../providers/pgindex/src/report/page/htmlPage.ts";
import type { ReportInput } from "../../../providers/pgindex/src/report/toReport.ts";
import type { IndexStatus } from "../../../providers/pgindex/src/status/indexStatus.ts";
import { parsePage } from "../../support/report/page.ts";
import { WRITES } from "../../support/report/recorded.ts";
import {
  BACKUP,
  BASELINE,
  indexOf,
  liveStatus,
  PRODUCTION,
  queryOf,
  reportOf,
  verificationOf,
} from "../../support/report/report.ts";

type Resources = Parameters<typeof reportOf>[0];

const proof = verificationOf("public.i", [queryOf("message history")]);
const broken = (more: Readonly<Record<string, unknown>>) => [
  BACKUP,
  indexOf("i", more),
  proof,
  BASELINE,
];
const live = (state: IndexStatus["state"], drift: string | null = null) => ({
  status: liveStatus([{ state, drift }]),
});
const handedIn = (ok: boolean) => ({
  extra: { title: "load test", writes: [], results: [{ promise: "p", measured: "m", ok }] },
});

test.each<[string, Resources | undefined, Partial<ReportInput>, string, RegExp]>([
  ["everything done", undefined, {}, "complete", /every line of the checklist has its proof/],
  ["no backup", PRODUCTION.slice(1), {}, "incomplete", /nothing is broken; 1 line of 8 is open/],
  ["nothing yet", [], {}, "incomplete", /the stack has no index yet/],
  ["INVALID in the state", broken({ valid: false }), {}, "failing", /public\.i is invalid/],
  ["lost", undefined, live("missing", "it is not there"), "failing", /public\.i is missing/],
  ["INVALID", undefined, live("invalid"), "failing", /public\.i is invalid/],
  ["being built", undefined, live("building"), "building", /public\.i is being built/],
  ["redefined", undefined, live("drifted", "redefined"), "degraded", /public\.i is drifted/],
  ["nobody answers", undefined, { problem: "cannot connect" }, "failing", /cannot connect/],
  ["a load test that failed", undefined, handedIn(false), "failing", /0 of 1 results/],
  ["a load test that went well", undefined, handedIn(true), "complete", /./],
  [
    "a broken expectation",
    [
      BACKUP,
      indexOf("i"),
      verificationOf("public.i", [queryOf("q", { ok: false, problems: ["found Seq Scan"] })]),
      BASELINE,
    ],
    {},
    "failing",
    /q: found Seq Scan/,
  ],
])("%s", (_, resources, more, state, headline) => {
  const report = reportOf(resources, more);
  expect(report.verdict).toMatchObject({ state, headline: expect.stringMatching(headline) });
  const page = parsePage(toPage(report));
  expect(page.ids("main > *")[0]).toBe("verdict");
  expect(page.text("#verdict h2")).toContain(report.verdict.headline);
  expect(page.count(`#verdict.${state}`)).toBe(1);
  expect(toMarkdown(report).split("\n")[2]).toMatch(new RegExp(`^\\*\\*${state}`, "i"));
});

test("the numbers that a reader asks for first", () => {
  const extra = { title: "load test", results: [], writes: WRITES, plainBuildStallMs: 988 };
  const { verdict } = reportOf(undefined, { extra });
  expect(verdict).toMatchObject({
    valid: 1,
    declared: 1,
    ratios: { least: 3000, most: 3000 },
    longestStallMs: 48,
    plainBuildStallMs: 988,
    soakedMs: 48 * 3_600_000,
    missing: [],
  });
  const text = parsePage(toPage(reportOf(undefined, { extra }))).text("#verdict dd");
  for (const said of ["1 of 1", "3,000 times faster", "48 ms", "988 ms", "48 h 0 min"])
    expect(text).toContain(said);
});

test("what is missing is said in the band, and leads to its line", () => {
  const report = reportOf(PRODUCTION.slice(1));
  expect(report.verdict.missing).toEqual(["Backed up before the first change"]);
  const page = parsePage(toPage(report));
  const [href = ""] = page.attributes("#verdict li a", "href");
  expect(page.count(`#checklist ${href}`)).toBe(1);
});

describe("an index that is not there uses, serves and speeds up nothing", () => {
  test.each<[string, Resources, Partial<ReportInput>]>([
    ["INVALID, as recorded", broken({ valid: false }), {}],
    ["INVALID, as the database says", PRODUCTION, live("invalid")],
    ["lost", PRODUCTION, live("missing", "it is not there")],
    ["being built again", PRODUCTION, live("building")],
    [
      "rebuilt since it was measured",
      broken({ builtAt: "2026-11-22T11:45:00.000Z", validSince: "2026-11-22T11:45:00.000Z" }),
      {},
    ],
  ])("%s", (_, resources, more) => {
    const report = reportOf(resources, { earlier: undefined, ...more });
    const [index] = report.stack.indexes;
    expect(index?.stale).toMatch(/^public\.i (is|was)/);
    const claims = report.checklist.flatMap(({ proofs }) => proofs.filter(({ isMet }) => isMet));
    const texts = claims.map(({ text }) => text).join("\n");
    expect(texts).not.toMatch(/using i|times faster|scans by traffic|every expectation/);
    expect(report.verdict.ratios).toBeNull();
    const page = parsePage(toPage(report));
    expect(page.count("#latency .chart")).toBe(0);
    for (const part of ["#latency", "#plans", "#use"])
      expect(page.text(`${part} .stale`)).toContain(index?.stale);
    expect(toMarkdown(report)).toContain(index?.stale);
  });

  test("and is not valid since anything", () => {
    const page = parsePage(toPage(reportOf(PRODUCTION, live("missing", "it is not there"))));
    expect(page.text("#indexes dl")).not.toContain("Valid since");
  });
});
