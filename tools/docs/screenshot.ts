// docs/report.png, from the report written by npm start: node tools/run.mjs
// tools/docs/screenshot.ts. Needs Chromium, and pngquant, which shrinks the file to a third.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startChromium } from "../../test/support/report/chromium.ts";
import { ROOT } from "./documentFiles.ts";

const REPORT = pathToFileURL(join(ROOT, ".pgindex", "report.html")).href;
const PICTURE = join(ROOT, "docs", "report.png");
const WIDTH = 760;

const browser = await startChromium();
const page = await browser.newPage({
  viewport: { width: WIDTH, height: 800 },
  colorScheme: "light",
});
await page.goto(REPORT);
// Only the checklist, the plot of times and the plans of one query: the rest would make the picture
// too long.
const QUERY = "#plans article:nth-of-type(2)";
const others = "#indexes, #latency .scroll, #plans > p, #plans article";
await page.addStyleTag({ content: `${others} { display: none } ${QUERY} { display: block }` });
const last = await page.locator(QUERY).boundingBox();
if (!last) throw new Error("the report has no plans of a second query");
const height = Math.ceil(last.y + last.height + 16);
const clip = { x: 0, y: 0, width: WIDTH, height };
await page.screenshot({ path: PICTURE, fullPage: true, clip });
await browser.close();
execFileSync("pngquant", ["--force", "--ext", ".png", "64", PICTURE]);
