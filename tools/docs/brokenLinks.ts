import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "./documentFiles.ts";

/** `[text](target#anchor)`, except web addresses. */
const LINK = /\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g;

/** A document's links to missing files, or to headings they do not have. */
export function brokenLinks(path: string, text: string): string[] {
  return [...text.matchAll(LINK)].flatMap(([, target = "", anchor]) => {
    const file = target ? join(dirname(path), target) : path;
    const isBroken = !existsSync(file) || (anchor && !anchorsIn(file).includes(anchor));
    const link = anchor ? `${target}#${anchor}` : target;
    return isBroken ? [`${relative(ROOT, path)} links to ${link}, which is not there`] : [];
  });
}

/** Anchors as GitHub derives them from headings. */
function anchorsIn(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
