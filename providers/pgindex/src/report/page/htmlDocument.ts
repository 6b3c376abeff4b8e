import { type Html, html } from "./htmlTemplate";
import { STYLE } from "./pageStyle";

/** The page fetches nothing and runs nothing: it is a document. */
export const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** What a page says, and which command has written it. */
export interface DocumentParts {
  readonly title: string;
  readonly intro: string;
  readonly command: string;
  readonly sections: readonly (Html | false | null | undefined | "")[];
}

/** One self-contained page. Pure. */
export function toDocument({ title, intro, command, sections }: DocumentParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>${title}</title>
${STYLE}
</head>
<body>
<header>
<h1>${title}</h1>
<p>${intro}</p>
</header>
<main>
${sections.map(
  (section) => html`${section}
`,
)}</main>
<footer><p>Written by ${command}.</p></footer>
</body>
</html>
`;
  return page.markup;
}
