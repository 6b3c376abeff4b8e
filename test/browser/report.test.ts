import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toPage } from "../../providers/pgindex/src/report/page/htmlPage.ts";
import type { Report } from "../../providers/pgindex/src/report/reportModel.ts";
import { violations } from "../support/report/axe.ts";
import { noChromium, startChromium } from "../support/report/chromium.ts";
import { HISTORY, INDEX_SCAN_NODES, SEQ_SCAN_NODES, WRITES } from "../support/report/recorded.ts";
import {
  BACKUP,
  BASELINE,
  indexOf,
  liveStatus,
  queryOf,
  reportOf,
  STAGING,
  verificationOf,
} from "../support/report/report.ts";
import { temporaryFolder } from "../support/temporaryFolder.ts";

const LONG = "conversation_states_patient_active_expires_idx_of_63_bytes_xxxxx";
const SLOW = { planType: "Seq Scan", executionMs: 45_000, rows: 3, buffers: 4, timedOut: true };

/** As deep as a plan is kept, with the longest names. */
const DEEP = Array.from({ length: 12 }, (_, depth) => ({
  ...SEQ_SCAN_NODES[2],
  depth,
  relation: LONG,
}));

/** With all that a report may show, done and missing. */
function fullReport(): Report {
  const queries = [
    queryOf("active conversation lookup"),
    queryOf("clean-up of one conversation", {
      before: SLOW,
      executionMs: 0.004,
      problems: ["slow"],
    }),
  ];
  const results = [{ promise: "no failed write", measured: "3 of 9,000", ok: false }];
  return reportOf(
    [
      BACKUP,
      indexOf(LONG, { plansBefore: [{ name: "active conversation lookup", nodes: DEEP }] }),
      verificationOf(`public.${LONG}`, queries, {
        plans: [{ name: "active conversation lookup", nodes: INDEX_SCAN_NODES, leftOut: 3 }],
        history: HISTORY,
      }),
      indexOf("other"),
    ],
    { extra: { title: "load test", results, writes: WRITES, plainBuildStallMs: 988 } },
  );
}

/** A rollout with all its proofs, of which one query is hardly faster. */
function healthyReport(): Report {
  const close = { name: "close together", executionMs: 148, ratio: 1.01 };
  const queries = [
    queryOf("message history"),
    queryOf("clean-up", close),
    queryOf("count of all messages of a conversation, by state and author", {
      executionMs: 0.002,
      ratio: 75_000,
    }),
  ];
  const proof = verificationOf("public.i", queries, {
    plans: [{ name: "message history", nodes: INDEX_SCAN_NODES }],
    history: HISTORY,
  });
  const index = indexOf("i", { plansBefore: [{ name: "message history", nodes: SEQ_SCAN_NODES }] });
  const results = [{ promise: "no failed write", measured: "0 of 9,000", ok: true }];
  const extra = { title: "load test", results, writes: WRITES, plainBuildStallMs: 988 };
  const status = liveStatus([{ sizeBytes: 45_000_000 }], 1);
  const now = new Date("2026-11-22T15:00:00.000Z");
  return reportOf([BACKUP, index, proof, BASELINE], { status, extra, now });
}

/** The same after somebody has dropped the index, beside one that is INVALID and one that stands. */
function lostReport(): Report {
  const proof = verificationOf("public.i", [queryOf("message history")], { history: HISTORY });
  const status = liveStatus(
    [
      { state: "missing", drift: "it is not there", scans: null, sizeBytes: null },
      { name: "j", state: "invalid", drift: "it is INVALID" },
      { name: "k" },
      { name: "l" },
    ],
    1,
  );
  const others = ["j", "k", "l"].map((name) => indexOf(name));
  return reportOf([BACKUP, indexOf("i"), ...others, proof, BASELINE, ...STAGING.slice(2)], {
    status,
  });
}

describe.skipIf(noChromium)(`a report in Chromium${noChromium ? `: ${noChromium}` : ""}`, () => {
  let browser: Browser;
  let url: string;
  const urls = new Map<string, string>();
  beforeAll(async () => {
    browser = await startChromium();
    url = await written(toPage(fullReport()));
    urls.set("full", url);
    urls.set("healthy", await written(toPage(healthyReport())));
    urls.set("failing", await written(toPage(lostReport())));
  });
  afterAll(() => browser?.close());
  beforeAll(() => mkdir(SCREENSHOTS, { recursive: true }));

  test("it opens without an error and asks for nothing", async () => {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => said.push(request.url()));
    await page.goto(url, { waitUntil: "networkidle" });
    expect(said).toEqual([url]);
    expect(await page.title()).toBe("Indexes of production");
    await page.close();
  });

  test("the checklist is there, and every plot has its marks in sight", async () => {
    const page = await opened(browser, url);
    expect(await page.locator("#checklist > ul > li").count()).toBe(8);
    expect(await page.locator("#checklist > ul > li.done").count()).toBe(3);
    expect(await page.locator("#checklist details:not([open]) > summary").count()).toBe(3);
    for (const [marks, count] of MARKS) {
      expect([marks, await page.locator(marks).count()]).toEqual([marks, count]);
      expect(await page.locator(marks).evaluateAll(outOfSight), marks).toEqual([]);
    }
    await page.close();
  });

  test("plans stand side by side, and one above the other where that is too narrow", async () => {
    const page = await opened(browser, url);
    const boxes = page.locator("#plans article:first-of-type .plans > div");
    const lefts = async () =>
      new Set(
        await Promise.all((await boxes.all()).map(async (box) => (await box.boundingBox())?.x)),
      );
    expect([await boxes.count(), (await lefts()).size]).toEqual([2, 2]);
    await page.setViewportSize(PHONE);
    expect((await lefts()).size).toBe(1);
    expect(await page.locator("#plans .tree li").count()).toBe(13);
    await page.close();
  });

  test("a log axis: ten times the time is the same way, wherever it begins", async () => {
    const page = await opened(browser, url);
    const [fast, slow] = await page.locator("#latency .dot").evaluateAll((dots) => {
      const at = (i: number) =>
        Number.parseFloat((dots[i] as unknown as { style: { left: string } }).style.left);
      return [at(0) - at(1), at(2) - at(3)];
    });
    const decades = Math.log10(45_000 / 0.004) / Math.log10(150 / 0.05);
    expect((slow ?? 0) / (fast ?? 1)).toBeCloseTo(decades, 1);
    await page.close();
  });

  test.each(LOOKS)(
    "$report, $width: nothing is cut off or over another, and axe finds nothing",
    async ({ report, width, media }) => {
      const page = await opened(browser, urls.get(report) ?? "", {
        viewport: { width, height: 800 },
      });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, media });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        expect(await page.locator(".chart").evaluateAll(badLabels)).toEqual([]);
        expect(await violations(page)).toEqual([]);
        const path = join(SCREENSHOTS, `${report}-${width}-${media ?? colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      await page.close();
    },
  );

  test("on paper everything is unfolded", async () => {
    const page = await opened(browser, urls.get("healthy") ?? "");
    const proof = page.locator("#line-1 > details > ul");
    const height = async () => (await proof.boundingBox())?.height ?? 0;
    expect(await height()).toBe(0);
    await page.emulateMedia({ media: "print" });
    expect(await height()).toBeGreaterThan(10);
    await page.close();
  });

  test("every entry of the contents leads to a section", async () => {
    const page = await opened(browser, urls.get("failing") ?? "");
    const hrefs = await page
      .locator("nav a, #verdict a")
      .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    expect(hrefs.length).toBeGreaterThan(8);
    for (const href of hrefs) expect([href, await page.locator(href).count()]).toEqual([href, 1]);
    await page.close();
  });

  test("dark mode is dark", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const page = await opened(browser, url, { colorScheme });
      const color = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      await page.close();
      return color;
    };
    expect([await background("light"), await background("dark")]).toEqual([
      "rgb(255, 255, 255)",
      "rgb(13, 17, 23)",
    ]);
  });

  test("it prints", async () => {
    const page = await opened(browser, url);
    expect((await page.pdf({ format: "A4" })).subarray(0, 5).toString()).toBe("%PDF-");
    await page.close();
  });
});

const MARKS: readonly [string, number][] = [
  ["#latency .dot", 4],
  ['#use .chart[aria-label^="Scans of"] .dot', 5],
  ['#use .chart[aria-label^="Tuples of"] .dot', 9],
  ['#use .chart[aria-label^="Size of"] .dot', 4],
  ['#use .chart[aria-label^="Times of"] .dot', 6],
  ["#build line.before", 60],
  ["#build .span", 14],
  ["#build .bar", 14],
  ["#build .limit", 1],
];

interface Look {
  readonly report: "full" | "healthy" | "failing";
  readonly width: number;
  readonly media?: "print";
}

const PHONE = { width: 360, height: 740 };
const LOOKS: Look[] = [
  ...[360, 768, 1280].flatMap((width) => [
    { report: "healthy" as const, width },
    { report: "failing" as const, width },
  ]),
  { report: "full", width: 320 },
  { report: "full", width: 1280, media: "print" },
];

/** To be looked at: outside of the repository. */
const SCREENSHOTS = process.env.PGINDEX_SCREENSHOTS ?? join(tmpdir(), "pgindex-screenshots");

async function written(text: string): Promise<string> {
  const file = join(temporaryFolder("page"), "report.html");
  await writeFile(file, text);
  return pathToFileURL(file).href;
}

async function opened(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(url);
  return page;
}

/** Runs in the page: marks without a size, or beyond the edges of their plot. */
function outOfSight(marks: Iterable<unknown>): string[] {
  type Box = Record<"left" | "right" | "top" | "bottom" | "width" | "height", number>;
  type Mark = { outerHTML: string; closest(of: string): Mark; getBoundingClientRect(): Box };
  return ([...marks] as Mark[]).flatMap((mark) => {
    const box = mark.getBoundingClientRect();
    const plot = mark.closest("figure").getBoundingClientRect();
    const isInside =
      box.left >= plot.left &&
      box.right <= plot.right &&
      box.top >= plot.top &&
      box.bottom <= plot.bottom;
    return isInside && box.width + box.height > 0 ? [] : [mark.outerHTML];
  });
}

/** Runs in the page: labels that reach out of the window, or over another label of their chart. */
function badLabels(charts: Iterable<unknown>): string[] {
  type Box = Record<"left" | "right" | "top" | "bottom", number>;
  type Part = {
    textContent: string;
    getBoundingClientRect(): Box;
    querySelectorAll(of: string): Iterable<Part>;
  };
  const { innerWidth } = globalThis as unknown as { innerWidth: number };
  return ([...charts] as Part[]).flatMap((chart) => {
    const labels = [...chart.querySelectorAll(".label > *, .xaxis span, .yaxis span, .limit span")];
    const boxes = labels.map((label) => label.getBoundingClientRect());
    return labels.flatMap((label, i) => {
      const box = boxes[i] as Box;
      const isOut = box.left < 0 || box.right > innerWidth;
      const over = boxes.some(
        (other, j) =>
          j < i &&
          other.left < box.right - 1 &&
          box.left < other.right - 1 &&
          other.top < box.bottom - 4 &&
          box.top < other.bottom - 4,
      );
      return isOut || over
        ? [`${label.textContent}: ${isOut ? "out of sight" : "over another"}`]
        : [];
    });
  });
}
