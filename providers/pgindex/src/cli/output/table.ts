import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import type { Io } from "../commandIo";

/** What a column needs at least: a border and its padding stand beside it. */
const NARROWEST = 12;

/** A table that a terminal shows without a break: its widest column gives way. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width }: Pick<Io, "width">,
): string {
  const widths = head.map((_, n) => 2 + Math.max(...[head, ...rows].map((row) => long(row[n]))));
  const total = widths.reduce((sum, each) => sum + each, widths.length + 1);
  const widest = widths.indexOf(Math.max(...widths));
  const over = width === undefined ? 0 : Math.max(0, total - width);
  const colWidths = widths.map((each, n) =>
    over > 0 && n === widest ? Math.max(NARROWEST, each - over) : each,
  );
  const style = { head: [], border: [] };
  const table = new Table({
    ...{ head: [...head], style },
    ...(over > 0 && { colWidths, wordWrap: true, wrapOnWordBoundary: false }),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

function long(cell = ""): number {
  return Math.max(
    ...stripVTControlCharacters(cell)
      .split("\n")
      .map((line) => line.length),
  );
}
