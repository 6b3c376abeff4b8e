import { type Html, html } from "./htmlTemplate";

/** A sign with a word to it: neither colour nor shape alone says anything. */
export function mark(isMet: boolean): Html {
  return isMet
    ? html`<span class="mark done"><span aria-hidden="true">✓</span><span class="unseen">done:</span></span>`
    : html`<span class="mark missing"><span aria-hidden="true">✗</span><span class="unseen">missing:</span></span>`;
}

type Cell = string | Html | null;

/** A table that scrolls by itself where the page is narrow. The first column names the row. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}, as a table"><table>
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

export function figure(plot: Html, caption: string | Html): Html {
  return html`<figure>${plot}<figcaption>${caption}</figcaption></figure>`;
}
