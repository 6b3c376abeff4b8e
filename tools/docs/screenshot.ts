// docs/report.png, from the report that npm start has written: node tools/run.mjs tools/docs/screenshot.ts
// It needs a Chromium, and pngquant, which makes a third of the bytes of it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startChromium } from "../../test/support/chromium.ts";
import { ROOT } from "./files.ts";

const REPORT = pathToFileURL(join(ROOT, ".pgindex", "report.html")).href;
const PICTURE = join(ROOT, "docs", "report.png");
const WIDTH = 760;

const browser = await startChromium();
const page = await browser.newPage({
  viewport: { width: WIDTH, height: 800 },
  colorScheme: "light",
});
await page.goto(REPORT);
// What is built stands between the checklist and the plot, and would make the picture too long.
await page.addStyleTag({ content: "#indexes { display: none }" });
const plot = await page.locator("#latency figure").boundingBox();
if (!plot) throw new Error("the report has no plot of times");
const height = Math.ceil(plot.y + plot.height + 16);
const clip = { x: 0, y: 0, width: WIDTH, height };
await page.screenshot({ path: PICTURE, fullPage: true, clip });
await browser.close();
execFileSync("pngquant", ["--force", "--ext", ".png", "64", PICTURE]);
