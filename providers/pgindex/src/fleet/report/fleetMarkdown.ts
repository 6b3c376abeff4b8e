import { code, table } from "../../report/markdownParts";
import { DATABASES_HEAD, databaseRows, summaryOf, WAVES_HEAD, waveRow } from "./fleetCells";
import type { FleetReport } from "./reportSchema";

/** A fleet's report as GitHub-flavored Markdown: the whole, what stands out, then each database. Pure. */
export function toFleetMarkdown(report: FleetReport): string {
  const { status, targets, outliers, missing } = report;
  const parts = [
    `## Fleet ${code(status.fleet)}: ${status.state}`,
    summaryOf(report),
    ...(status.reason === null ? [] : [code(status.reason)]),
    ...part("Waves", table(WAVES_HEAD, cells(status.waves.map(waveRow)))),
    ...part("Missing", list(missing.map(({ target, text }) => `${code(target)}: ${code(text)}`))),
    ...part(
      "Outliers",
      list(
        outliers.map(({ target, index, text }) => `${code(target)}: ${code(index)} ${code(text)}`),
      ),
    ),
    ...part("Databases", table(DATABASES_HEAD, cells(targets.flatMap(databaseRows)))),
  ];
  return `${parts.join("\n\n")}\n`;
}

function part(title: string, body: string): string[] {
  return body === "" ? [] : [`### ${title}`, body];
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function cells(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((row) => row.map((text) => (PLAIN.test(text) ? text : code(text))));
}

/** Words and figures, in which nothing can be markup, a mention or a link. */
const PLAIN = /^([a-z0-9 ]*|\d[\d.,]* ?\w*)$/i;
