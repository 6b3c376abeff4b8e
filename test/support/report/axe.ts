import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * What of a page is not accessible, by the rules of axe. The page's own policy lets no script in by
 * a tag, hence evaluate.
 */
export async function violations(page: Page): Promise<string[]> {
  const source = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(await readFile(source, "utf8"));
  const results = (await page.evaluate("axe.run()")) as axe.AxeResults;
  if (results.passes.length < 10) throw new Error("axe has looked at nothing");
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
