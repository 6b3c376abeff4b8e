import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./documentFiles.ts";

/** `<!-- from examples/first-index/index.ts -->` and the fenced block below it. */
const EXCERPT = /^<!-- from (\S+) -->\n```(\w*)\n[\s\S]*?^```$/gm;

/**
 * Replaces each such block with the file's current text, so what people copy is what a test has
 * run.
 */
export function withSources(path: string, text: string): string {
  return text.replace(EXCERPT, (_block, source: string, language: string) => {
    const content = sourceText(path, source);
    return `<!-- from ${source} -->\n\`\`\`${language}\n${content.trimEnd()}\n\`\`\``;
  });
}

function sourceText(path: string, source: string): string {
  try {
    return readFileSync(join(ROOT, source), "utf8");
  } catch {
    throw new Error(`${relative(ROOT, path)} takes a block from ${source}, which cannot be read`);
  }
}
