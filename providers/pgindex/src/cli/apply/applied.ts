import { type Applied, isCancelled } from "../../apply/applyIndexes";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { declaredStatement } from "../../engine/declare/statement";
import { errorText } from "../../engine/errors/advice";
import { oneLine } from "../../engine/text/printable";
import { displayName, renderBytes, renderElapsed } from "../../engine/text/render";
import { type Io, plain, redact } from "../commandIo";
import { renderTable } from "../output/table";

/** What became of one index, as `--json` prints it. */
export interface AppliedIndex {
  /** `schema.name`. */
  readonly index: string;
  readonly state: "valid" | "failed" | "cancelled" | "not begun";
  /** False if it stood already. */
  readonly built: boolean;
  readonly buildSeconds: number | null;
  readonly sizeBytes: number | null;
  /** `pg_get_indexdef`, read after the build; the statement where there is none. */
  readonly definition: string;
  readonly error?: string;
}

export function toApplied(desired: DesiredIndex, result: Applied | undefined): AppliedIndex {
  const none = { built: false, buildSeconds: null, sizeBytes: null };
  const named = { index: displayName(desired), definition: declaredStatement(desired) };
  if (result?.kind === "valid") {
    const { live, adopted, buildSeconds = null } = result.ensured;
    const { definition, sizeBytes } = live;
    return { ...named, state: "valid", built: !adopted, buildSeconds, sizeBytes, definition };
  }
  if (result?.kind === "failed") {
    const state = isCancelled(result) ? "cancelled" : "failed";
    return { ...named, ...none, state, error: redact(errorText(result.error)) };
  }
  return { ...named, ...none, state: "not begun" };
}

const COLUMNS = ["index", "state", "how", "size"];

export function renderApplied(indexes: readonly AppliedIndex[], io: Io): string {
  const { paint = plain } = io;
  const rows = indexes.map((each) => {
    const [index = "", state = "", ...cells] = cellsOf(each);
    return [index, paint(each.state === "valid" ? "green" : "red", state), ...cells];
  });
  return `${renderTable(COLUMNS, rows, io)}\n`;
}

function cellsOf({ index, state, built, buildSeconds, sizeBytes }: AppliedIndex): string[] {
  const took = buildSeconds === null ? "built" : `built in ${renderElapsed(buildSeconds * 1000)}`;
  const how = built ? took : "stood already";
  const size = sizeBytes === null ? "" : renderBytes(sizeBytes);
  return [oneLine(index), state, state === "valid" ? how : "", size];
}

/** For a pull request or a ticket. */
export function renderMarkdown(files: readonly string[], indexes: readonly AppliedIndex[]): string {
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const definitions = indexes.map(({ definition }) => `${oneLine(definition)};`);
  const valid = indexes.filter(({ state }) => state === "valid").length;
  return [
    `# ${valid} of ${indexes.length} indexes of ${files.join(", ")} are valid`,
    "",
    row(COLUMNS),
    row(COLUMNS.map(() => "---")),
    ...indexes.map((index) => row(cellsOf(index))),
    "",
    "```sql",
    ...definitions,
    "```",
    "",
  ].join("\n");
}

/** The program that manages the same indexes from now on. */
export function stackLines(files: readonly string[]): string {
  const [only] = files;
  const source = JSON.stringify(files.length === 1 ? only : files);
  return `
To see drift, roll back, and preview the next one, make it a stack. pulumi up adopts these indexes
and builds nothing:

  import * as pgindex from "pulumi-pgindex";
  for (const index of pgindex.indexesFromSql(${source}))
    new pgindex.Index(index.name, index);
`;
}
