import { parseTexts } from "../parser/parserThread";

/** A script's lines and its name. */
export interface Lines {
  readonly lines: readonly string[];
  readonly title: string;
}

/** The number of the first line that is more than a comment, if there is a statement. */
export function firstStatementLine(lines: readonly string[]): number | undefined {
  const [parsed] = parseTexts([lines.join("\n")]);
  if (parsed?.kind === "ok" && (parsed.tree.stmts ?? []).length === 0) return undefined;
  const line = lines.findIndex((text) => !/^\s*(--.*|#.*)?$/.test(text));
  return line < 0 ? undefined : line + 1;
}
