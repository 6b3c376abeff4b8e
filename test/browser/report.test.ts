import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toPage } from "../../providers/pgindex/src/report/page/htmlPage.ts";
import { loadPlotLibrary } from "../../providers/pgindex/src/report/plots/plotLibrary.ts";
import type { Report } from "../../providers/pgindex/src/report/reportModel.ts";
import { violations } from "../support/report/axe.ts";
import { noChromium, startChromium } from "../support/report/chromium.ts";
import { HISTORY, INDEX_SCAN_NODES, SEQ_SCAN_NODES, WRITES } from "../support/report/recorded.ts";
import { BACKUP, indexOf, queryOf, reportOf, verificationOf } from "../support/report/report.ts";

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
    { extra: { title: "load test", results, writes: WRITES } },
  );
}

describe.skipIf(noChromium)(`a report in Chromium${noChromium ? `: ${noChromium}` : ""}`, () => {
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    browser = await startChromium();
    url = await written(toPage(fullReport(), await loadPlotLibrary()));
  });
  afterAll(() => browser?.close());

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
    const [fast, slow] = await page.locator('#latency circle[r="6"]').evaluateAll((dots) => {
      const at = (i: number) => Number(dots[i]?.getAttribute("cx"));
      return [at(0) - at(2), at(1) - at(3)];
    });
    const decades = Math.log10(45_000 / 0.004) / Math.log10(150 / 0.05);
    expect((slow ?? 0) / (fast ?? 1)).toBeCloseTo(decades, 1);
    await page.close();
  });

  test.each(LOOKS)(
    "$name: nothing runs out of the page, and axe finds nothing wrong",
    async (look) => {
      const page = await opened(browser, url, look.options);
      if (look.media) await page.emulateMedia({ media: look.media });
      const [content, window] = (await page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth]",
      )) as number[];
      expect(content).toBeLessThanOrEqual(window ?? 0);
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );

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
  ["#latency svg circle", 4],
  ['#use svg[aria-label^="Scans of"] circle', 5],
  ['#use svg[aria-label^="Tuples of"] circle', 5],
  ['#use svg[aria-label^="Size of"] circle', 4],
  ['#use svg[aria-label^="Times of"] circle', 4],
  ['#build svg g[stroke="var(--before)"] line', 60],
  ['#build svg g[fill="var(--after)"] rect', 28],
];

interface Look {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly media?: "print";
}

const PHONE = { width: 360, height: 740 };
const LOOKS: Look[] = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "a phone", options: { colorScheme: "light", viewport: PHONE } },
  { name: "a phone in the dark", options: { colorScheme: "dark", viewport: PHONE } },
  { name: "a small phone", options: { viewport: { width: 320, height: 568 } } },
  { name: "paper, from a dark screen", options: { colorScheme: "dark" }, media: "print" },
];

async function written(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "pgindex-page-")), "report.html");
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
  type Mark = { outerHTML: string; ownerSVGElement: Mark; getBoundingClientRect(): Box };
  return ([...marks] as Mark[]).flatMap((mark) => {
    const box = mark.getBoundingClientRect();
    const plot = mark.ownerSVGElement.getBoundingClientRect();
    const isInside =
      box.left >= plot.left &&
      box.right <= plot.right &&
      box.top >= plot.top &&
      box.bottom <= plot.bottom;
    return isInside && box.width + box.height > 0 ? [] : [mark.outerHTML];
  });
}
