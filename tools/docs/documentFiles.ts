import { readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

/** Documents whose code blocks can be taken from files. */
export function textFiles(): string[] {
  const inDocs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return [
    join(ROOT, "README.md"),
    join(ROOT, "providers", "pgindex", "README.md"),
    ...inDocs.sort().map((name) => join(ROOT, "docs", name)),
  ];
}
