import { renderBytes } from "../../engine/text/render";
import { isLost, isServing } from "../../status/indexStatus";
import { indexAnchor } from "../page/contents";
import { type Html, html } from "../page/htmlTemplate";
import { type Kind, mark } from "../page/htmlWidgets";
import type { ReportedIndex } from "../reportModel";
import { elapsed, instant } from "../valueFormats";

/** Each index with its definition and what is known of it. */
export function indexesSection(indexes: readonly ReportedIndex[]): Html {
  return html`<section id="indexes" aria-labelledby="indexes-title">
<h2 id="indexes-title">What was built</h2>
${indexes.length === 0 && html`<p>The stack has no indexes yet.</p>`}
${indexes.map(
  (index, i) => html`<article id="${indexAnchor(i)}">
<h3>${index.index}</h3>
${definition(index)}
<dl>
${facts(index).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>
</article>
`,
)}
</section>`;
}

function definition({ index, definition }: ReportedIndex): Html {
  const label = `Definition of ${index}`;
  const code = html`<code>${definition}</code>`;
  return html`<pre tabindex="0" role="region" aria-label="${label}">${code}</pre>`;
}

function facts(index: ReportedIndex): [string, string | Html][] {
  const { table, state, drift, sizeBytes, builtAt, buildSeconds, validSince } = index;
  const built = builtAt ? instant(builtAt) : "adopted: it already existed";
  return [
    ["Table", table],
    ["State", html`${mark(kindOf(state))} ${state}${drift && `: ${drift}`}`],
    ["Built", built],
    ["Build took", buildSeconds === null ? "unknown" : elapsed(buildSeconds)],
    ...(isServing(state) ? [["Valid since", instant(validSince)] as [string, string]] : []),
    ["Size", sizeBytes === null ? "unknown" : renderBytes(sizeBytes)],
  ];
}

function kindOf(state: ReportedIndex["state"]): Kind {
  if (state === "valid") return "done";
  return isLost(state) ? "failing" : "missing";
}
