import type { Report } from "../reportModel";
import { type Html, html } from "./htmlTemplate";

/** As many indexes as a report has without needing a list of their names. */
const FEW = 3;

/** Where an index is described. */
export function indexAnchor(position: number): string {
  return `index-${position + 1}`;
}

/** A table of contents, of a report that is longer than a screen or two. */
export function contents({ stack: { indexes }, builds, extra }: Report): Html | false {
  if (indexes.length === 0) return false;
  const hasQueries = indexes.some(({ queries }) => queries.length > 0);
  const sections: [string, string, boolean][] = [
    ["running", "Being built now", builds.length > 0],
    ["checklist", "Checklist", true],
    ["indexes", "Indexes", true],
    ["latency", "Times", hasQueries],
    ["plans", "Plans", hasQueries],
    ["use", "Use", true],
    ["build", "Builds", indexes.some(({ phases }) => phases.length > 0)],
    ["extra", extra?.title ?? "", Boolean(extra?.results.length)],
  ];
  const links = sections
    .filter(([, , isThere]) => isThere)
    .map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`);
  const names = indexes.map(
    ({ index }, i) => html`<li><a href="#${indexAnchor(i)}">${index}</a></li>`,
  );
  return html`<nav aria-label="Contents"><ul>${links}</ul>
${
  indexes.length > FEW &&
  html`<details><summary>All ${indexes.length} indexes</summary><ul>${names}</ul></details>`
}</nav>`;
}
