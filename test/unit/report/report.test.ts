import { expect, test } from "vitest";
import { parseExtraMeasurements } from "../../../providers/pgindex/src/report/extraMeasurements.ts";
import { toMarkdown } from "../../../providers/pgindex/src/report/markdownReport.ts";
import { toPage } from "../../../providers/pgindex/src/report/page/htmlPage.ts";
import type { StackStatus } from "../../../providers/pgindex/src/status/indexStatus.ts";
import { parsePage } from "../../support/report/page.ts";
import { WRITES } from "../../support/report/recorded.ts";
import { BACKUP, indexOf, queryOf, reportOf, verificationOf } from "../../support/report/report.ts";

const HOSTILE = `"><script>alert(1)</script>&'\`|\\|<img src=x>\n\u202e@everyone`;

/** A name in every place that holds a name. */
function hostileReport() {
  const extra = {
    title: HOSTILE,
    writes: WRITES,
    results: [{ promise: HOSTILE, measured: HOSTILE, ok: true }],
  };
  const problems = [HOSTILE];
  return reportOf(
    [
      ["Backup", { ...BACKUP[1], tool: HOSTILE, file: HOSTILE }],
      indexOf(HOSTILE, { table: HOSTILE, drift: HOSTILE, definition: HOSTILE }),
      verificationOf(`public.${HOSTILE}`, [
        queryOf(HOSTILE, { index: HOSTILE, note: HOSTILE, problems }),
      ]),
      [
        "DrizzleBaseline",
        { migration: HOSTILE, migrationsSchema: HOSTILE, migrationsTable: HOSTILE },
      ],
    ],
    { extra },
  );
}

test("a page holds each part, and both plots of an index with their marks", () => {
  const page = parsePage(toPage(reportOf()));
  expect(page.ids("section")).toEqual([
    ...["verdict", "checklist", "indexes", "latency", "plans", "use", "build"],
  ]);
  expect(page.count("#checklist > ul > li.done")).toBe(8);
  expect(page.count("#latency .dot")).toBe(2);
  expect(page.text("#latency .label")).toContain("150 ms");
  expect(page.count("#use .dot")).toBe(2);
  expect(page.count("#build .bar")).toBe(7);
  expect(page.labels(".chart")).toEqual([
    "Time of each query. message history: 150 ms before, 0.05 ms after, 3,000 times faster",
    "Scans of public.i by traffic, in 2 samples, 100 at the last.",
    expect.stringContaining("building index 30 s"),
  ]);
});

test("names from the database are text, whatever they are made of", () => {
  const text = toPage(hostileReport());
  const page = parsePage(text);
  expect(page.count("script, img, iframe, object, form")).toBe(0);
  for (const href of page.attributes("a", "href")) expect(href).toMatch(/^#[a-z0-9-]+$/);
  expect(page.text("#indexes h3")).toContain('"><script>alert(1)</script>');
  expect(page.handlers()).toEqual([]);
  expect(text).not.toContain("\u202e");
});

test("names in Markdown are code: no markup, no mention, no further cell", () => {
  const markdown = toMarkdown(hostileReport());
  const rows = markdown.split("\n").filter((line) => line.startsWith("| "));
  const cells = (row: string) => row.replaceAll(/\\./g, "").split("|").length;
  const tables = markdown
    .trimEnd()
    .split("\n\n")
    .filter((part) => part.startsWith("| "));
  expect(tables).toHaveLength(3);
  for (const part of tables) {
    const [head = "", ...others] = part.split("\n");
    for (const row of others) expect(cells(row)).toBe(cells(head));
  }
  expect(rows.length).toBe(9);
  expect(markdown).not.toContain("\u202e");
  const outsideOfCode = markdown.replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
  expect(outsideOfCode).not.toMatch(/script|img|everyone/);
});

test("the times of two queries of one name are two rows", () => {
  const queries = [queryOf("lookup"), queryOf("lookup", { executionMs: 2 })];
  const page = parsePage(toPage(reportOf([indexOf("i"), verificationOf("public.i", queries)])));
  expect(page.text("#latency .label")).toContain("2 ms after");
  expect(page.count("#latency .track")).toBe(2);
});

test("writes are drawn over the phases of the build", () => {
  const results = [{ promise: "no failed write", measured: "0", ok: true }];
  const report = reportOf(undefined, { extra: { title: "load test", results, writes: WRITES } });
  const page = parsePage(toPage(report));
  expect(page.labels("#build .chart")[0]).toBe(
    "Writes while the indexes were built. The slowest took 48 ms.",
  );
  expect(page.count("#build figure:first-of-type line.before")).toBe(60);
});

test("an empty stack has a page all the same", () => {
  const page = parsePage(toPage(reportOf([])));
  expect(page.text("#indexes")).toContain("The stack has no indexes yet.");
  expect(page.count(".chart, nav")).toBe(0);
});

test("what an older release recorded, without phases and history, is shown", () => {
  const old = indexOf("i", { phaseSeconds: undefined, builtAt: null, buildSeconds: null });
  const page = parsePage(toPage(reportOf([old, verificationOf("public.i", [])])));
  expect(page.ids("section")).toEqual(["verdict", "checklist", "indexes", "use"]);
  expect(page.text("#indexes")).toContain("adopted");
});

test.each([
  ["no JSON", "x"],
  ["something else", '{"title":"t","results":[{"promise":1}]}'],
])("measurements that are %s are refused", (_, text) => {
  expect(() => parseExtraMeasurements(text, "extra.json")).toThrow(
    "extra.json has no measurements",
  );
});

test("measurements without times of writes", () => {
  expect(parseExtraMeasurements('{"title":"t","results":[]}', "extra.json").writes).toEqual([]);
});

test("builds that run are shown, and why the database could not be asked", () => {
  const progress = { phase: "waiting for writers before build" };
  const build = { index: "public.new_idx", seconds: 12.4, progress, blockers: [{}, {}] };
  const status = { stack: "production", ok: true, indexes: [], builds: [build] };
  const running = reportOf(undefined, { status: status as unknown as StackStatus });
  const page = parsePage(toPage(running));
  expect(page.text("#running tbody")).toContain("public.new_idx");
  expect(page.text("#running tbody")).toContain("2 sessions");
  expect(toMarkdown(running)).toContain(
    "| `public.new_idx` | `waiting for writers before build` | 12 s | 2 |",
  );
  const silent = parsePage(toPage(reportOf(undefined, { problem: "nobody answers" })));
  expect(silent.text(".problem")).toContain("nobody answers.");
});
