import { renderElapsed } from "../../engine/text/render";
import { type Html, html } from "../page/htmlTemplate";
import { mark } from "../page/htmlWidgets";
import type { Report, Verdict } from "../reportModel";
import { instant, milliseconds, number } from "../valueFormats";
import { lineAnchor } from "./checklistSection";

/** State, numbers and what is missing, before everything else. */
export function verdictBand(report: Report): Html {
  const { verdict, checklist } = report;
  const open = checklist.flatMap(({ title, isDone, isFailing }, i) =>
    isDone
      ? []
      : [
          html`<li>${mark(isFailing ? "failing" : "missing")} <a href="#${lineAnchor(i)}">${title}</a></li>`,
        ],
  );
  const state = verdict.state.toUpperCase();
  return html`<section id="verdict" class="${verdict.state}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><strong>${state}:</strong> ${verdict.headline}</h2>
<dl>
${factsOf(report).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>
${open.length > 0 && html`<p>Not done:</p><ul>${open}</ul>`}
</section>`;
}

/** The numbers that a reader asks for first: only what is known. */
export function factsOf({ verdict, stack, earlier }: Report): [string, string][] {
  const { declared, valid, ratios, soakedMs } = verdict;
  const stall = stallText(verdict);
  const looked = stack.lookedAt
    ? `looked at ${instant(stack.lookedAt)}`
    : "not looked at: this is what the stack has recorded";
  return [
    ["Indexes", `${number(valid)} of ${number(declared)} valid`],
    ...(ratios ? [["Queries", ratioText(ratios)] as [string, string]] : []),
    ...(stall ? [["Longest write stall", stall] as [string, string]] : []),
    ...(soakedMs !== null && earlier
      ? [["Soak", `${renderElapsed(soakedMs)} in ${earlier.name}`] as [string, string]]
      : []),
    ["Database", looked],
  ];
}

function ratioText({ least, most }: NonNullable<Verdict["ratios"]>): string {
  const rounded = (ratio: number) => number(ratio < 10 ? ratio : Math.round(ratio));
  const range = least === most ? rounded(most) : `${rounded(least)} to ${rounded(most)}`;
  return `${range} times ${least > 1 ? "faster" : "as fast"}`;
}

function stallText({ longestStallMs, plainBuildStallMs }: Verdict): string | undefined {
  if (longestStallMs === null) return undefined;
  const plain = plainBuildStallMs !== null && milliseconds(plainBuildStallMs);
  const beside = plain ? `, against ${plain} without CONCURRENTLY` : "";
  return `${milliseconds(longestStallMs)}${beside}`;
}
