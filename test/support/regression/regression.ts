import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join("test", "support", "regression");

/**
 * The different statements of some of PostgreSQL's own regression tests (src/test/regress/sql of
 * 15.18, unchanged; their licence is the file COPYRIGHT beside them), cut at line ends with a
 * semicolon. What is cut in the middle of a function's body is as good a text as any.
 */
export function regressionStatements(): string[] {
  const texts = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".sql"))
    .flatMap((file) => readFileSync(join(FOLDER, file), "utf8").split(/;[ \t]*\n/))
    .map((text) => text.replaceAll(/^(--|\\).*$/gm, "").trim());
  return [...new Set(texts)].filter((text) => text !== "");
}
