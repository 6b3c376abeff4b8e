import { type Html, html } from "./htmlTemplate";

/** Done, not proven yet, or broken. */
export type Kind = "done" | "missing" | "failing";

const SIGNS: Readonly<Record<Kind, string>> = { done: "✓", missing: "○", failing: "✗" };

/** A sign with a word, so nothing depends on colour or shape alone. */
export function mark(word: Kind): Html {
  const sign = SIGNS[word];
  const parts = html`<span aria-hidden="true">${sign}</span><span class="unseen">${word}:</span>`;
  return html`<span class="mark ${word}">${parts}</span>`;
}

type Cell = string | Html | null;

/** A table that scrolls on its own on narrow pages. The first column is the row header. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): Html {
  const label = `${caption}, as a table`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...others]) =>
    html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
)}</tbody>
</table></div>`;
}

/** Why what follows no longer holds. */
export function staleNote(stale: string | null): Html | null {
  return stale === null ? null : html`<p class="stale">${mark("missing")} ${stale}.</p>`;
}

export function figure(plot: Html, caption: string | Html): Html {
  return html`<figure>${plot}<figcaption>${caption}</figcaption></figure>`;
}
