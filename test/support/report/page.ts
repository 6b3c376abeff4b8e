import { parseHTML } from "linkedom";

interface Element {
  readonly id: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
}

/** What tests ask of a page. */
export function parsePage(text: string) {
  const { document } = parseHTML(text);
  const all = (selector: string) =>
    [...document.querySelectorAll(selector)] as unknown as Element[];
  const attributes = (selector: string, name: string) =>
    all(selector).map((element) => element.getAttribute(name));
  return {
    ids: (selector: string) => all(selector).map(({ id }) => id),
    count: (selector: string) => all(selector).length,
    text: (selector: string) =>
      all(selector)
        .map((element) => element.textContent)
        .join("\n"),
    labels: (selector: string) => attributes(selector, "aria-label"),
    attributes,
    /** Attributes that would run something. */
    handlers: () =>
      all("*").flatMap((element) =>
        [...element.attributes].map(({ name }) => name).filter((name) => /^on/i.test(name)),
      ),
  };
}
