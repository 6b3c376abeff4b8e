import { existsSync } from "node:fs";
import { join } from "node:path";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Published } from "../../bench/support/published.ts";
import { readResults, resultsFile } from "../../bench/support/results.ts";
import { ROOT } from "./documentFiles.ts";

/**
 * `<!-- The results of npm run bench -- stall -->`, or `-- many, in short -->`, and what was made of
 * them before.
 */
const BLOCK =
  /^<!-- The results of npm run bench -- (\w+)(, in short)? -->\n[\s\S]*?^<!-- The end of the results\. -->$/gm;

/** The benchmarks whose results docs/performance.md shows, in its order. */
const NAMES = ["many", "large", "schema", "stall", "overhead", "queries"];

/** Puts the last results of each benchmark in place; where there are none, nothing is changed. */
export function withBenchmarks(text: string): string {
  return text.replace(BLOCK, (block, name: string, short = "") => {
    if (!existsSync(resultsFile(name))) return block;
    const lines = [
      `<!-- The results of npm run bench -- ${name}${short} -->`,
      ...resultLines(name, short !== ""),
      "<!-- The end of the results. -->",
    ];
    return lines.join("\n");
  });
}

function resultLines(name: string, isShort: boolean): string[] {
  const { takenAt, machine, versions, results } = readResults<Published>(name);
  const { title, head, rows } = (isShort && results.short) || results;
  const bars = isShort ? undefined : results.bars;
  const { load = 0, processors, processor } = machine;
  // What is measured keeps the processors busy itself.
  const isBusy = load > 2 * processors;
  const of = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
  const where = `${of.join(", ")}, ${processors} processors (${processor}), ${takenAt.slice(0, 10)}`;
  const busy = isBusy ? `; the machine was busy (load ${load}): only ratios say anything` : "";
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [
    `${title}.`,
    `${where}${busy}.`,
    "",
    row(head),
    row(head.map(() => "---")),
    ...rows.map(row),
    ...(bars ? ["", `![${title}: ${bars.label}](performance/${name}.svg)`] : []),
  ];
}

/** The pictures of the results that have one, by path. */
export function benchmarkPictures(): Record<string, () => string> {
  const pictures: Record<string, () => string> = {};
  for (const name of NAMES) {
    if (!existsSync(resultsFile(name))) continue;
    const { bars } = readResults<Published>(name).results;
    if (bars) pictures[join(ROOT, "docs", "performance", `${name}.svg`)] = () => pictureOf(bars);
  }
  return pictures;
}

const LEFT = 330;

function pictureOf({ label, digits, of }: NonNullable<Published["bars"]>): string {
  const { document } = parseHTML("<html></html>");
  const svg = Plot.plot({
    document: document as never,
    width: 860,
    height: 30 * of.length + 60,
    marginLeft: LEFT,
    marginRight: 60,
    style: { background: "white", color: "black", fontFamily: "sans-serif", fontSize: "12px" },
    x: { type: "log", label, grid: true },
    y: { label: null, domain: of.map(({ name }) => name) },
    marks: [
      Plot.dot(of, { x: "value", y: "name", r: 5, fill: "steelblue" }),
      Plot.text(of, { x: "value", y: "name", dx: 24, text: ({ value }) => value.toFixed(digits) }),
    ],
  });
  return `${svg.outerHTML.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')}\n`;
}
