import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "./documentFiles.ts";

/** `[text](target#anchor)`, addresses of the web left out. */
const LINK = /\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g;

/** Links of a document to files that are not there, or to headings that they do not have. */
export function brokenLinks(path: string, text: string): string[] {
  return [...text.matchAll(LINK)].flatMap(([, target = "", anchor]) => {
    const file = target ? join(dirname(path), target) : path;
    const isBroken = !existsSync(file) || (anchor && !anchorsIn(file).includes(anchor));
    const link = anchor ? `${target}#${anchor}` : target;
    return isBroken ? [`${relative(ROOT, path)} links to ${link}, which is not there`] : [];
  });
}

/** As GitHub makes them of headings. */
function anchorsIn(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
