import { oneLine } from "../engine/text/printable";

/** A table in GitHub's Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((row) => row.map(cell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A bar ends a cell even in code, and backslashes before it would undo its escape. */
function cell(text: string): string {
  return text.replace(/(\\*)\|/g, "$1$1\\|");
}

/** The longest run of backticks, which a fence has to exceed. */
export function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Text from a database, with no markup, mentions or links. */
export function code(text: string): string {
  const shown = oneLine(text);
  if (shown.trim() === "") return "";
  const longest = longestRun(shown);
  const fence = "`".repeat(longest + 1);
  return longest > 0 ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}
