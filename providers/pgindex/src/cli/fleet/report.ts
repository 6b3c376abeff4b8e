import { type Command, Option } from "commander";
import { readFleetFile } from "../../fleet/declare/fleetFile";
import { openControl } from "../../fleet/queue/controlDatabase";
import { toFleetMarkdown } from "../../fleet/report/fleetMarkdown";
import { toFleetPage } from "../../fleet/report/fleetPage";
import { lastReport } from "../../fleet/report/fleetReport";
import { type FleetReport, fleetReport } from "../../fleet/report/reportSchema";
import type { Io } from "../commandIo";
import { writeReport } from "../output/writeReport";
import { writeSchema } from "../output/writeSchema";
import { addPrintingOptions, controlUrl, type FleetOptions } from "./fleetOptions";

const EXAMPLES = `
Examples:
  $ pgindex fleet report | gh issue comment 42 --body-file -
  $ pgindex fleet report --format html --out fleet.html

The whole rollout as Markdown, or as a page that needs no network: its waves, what is missing, what
stands out among the databases (build times, sizes and query times of three times the median), and
each database with its indexes, plans, and how much faster they are than before. Reads the control
database alone.
`;

const FORMATS = ["markdown", "html", "json"] as const;

interface ReportOptions extends FleetOptions {
  readonly format?: (typeof FORMATS)[number];
  readonly out?: string;
  readonly jsonSchema?: boolean;
}

export function addFleetReport(fleet: Command, io: Io): void {
  const command = fleet
    .command("report")
    .description("write what was built where, what it achieved, and what is missing")
    .addOption(
      new Option("--format <format>", "what to write (default: markdown)").choices(FORMATS),
    )
    .option("--out <file>", "where to write it (default: standard output)")
    .addHelpText("after", EXAMPLES);
  addPrintingOptions(command).action(async (options: ReportOptions) => {
    if (options.jsonSchema) return writeSchema(fleetReport, io);
    const report = await collect(options, io);
    const text = render(report, options.format ?? (options.json ? "json" : "markdown"));
    if (options.out === undefined) return io.stdout(text);
    await writeReport(options.out, text);
    io.stdout(`${options.out}\n`);
  });
}

function render(report: FleetReport, format: (typeof FORMATS)[number]): string {
  if (format === "json") return `${JSON.stringify(report, null, 2)}\n`;
  return format === "html" ? toFleetPage(report) : toFleetMarkdown(report);
}

async function collect(options: ReportOptions, io: Io) {
  const { fleet } = await readFleetFile(options.file);
  const control = await openControl(await controlUrl(options, io));
  try {
    return await lastReport(control, fleet.name);
  } finally {
    await control.close();
  }
}
