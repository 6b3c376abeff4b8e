import { printable } from "../../engine/text/printable";

/** Markup that can go into a page unchanged. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/**
 * Markup with values. Anything that is not {@link Html} is text: it is escaped, and cannot reorder
 * or hide what surrounds it.
 *
 * @example html`<td>${"<b>"}</td>`.markup // "<td>&lt;b&gt;</td>"
 */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    markup.map((text, i) => text + (i < parts.length ? markupOf(parts[i]) : "")).join(""),
  );
}

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (Array.isArray(part)) return part.map(markupOf).join("");
  if (part === null || part === undefined || part === false) return "";
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
