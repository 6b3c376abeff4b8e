import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { PgIndexError } from "../engine/errors/advice";
import { withObserver } from "../engine/session/workspace";
import { type ExtraMeasurements, parseExtraMeasurements } from "../report/extraMeasurements";
import { toMarkdown } from "../report/markdownReport";
import { toPage } from "../report/page/htmlPage";
import type { Report } from "../report/reportModel";
import { toReport } from "../report/toReport";
import { readStatus, type StackStatus } from "../status/indexStatus";
import { readStack } from "../status/stackExport";
import type { StackState } from "../status/stackState";
import { cannotReadExtraAdvice } from "./cliMessages";
import type { Io } from "./commandIo";
import { findNamedDatabase } from "./database/findDatabase";
import { addRolloutOptions, type RolloutOptions, readEarlier } from "./options/rolloutOptions";
import { addStackOptions, type StackOptions } from "./options/stackOptions";
import { writeReport } from "./output/writeReport";

const EXAMPLES = `
Examples:
  $ pgindex report --stack production --earlier-stack staging
  $ pgindex report --format markdown | gh pr comment --body-file -
  $ pgindex report --state production.json --earlier-state staging.json --no-live --out report.html

Writes one HTML file that needs no network, with the checklist of the rollout and the measurement
that proves each line. It shows what the state has recorded and, if a database URL is set, what the
database says now. Neither HTML nor Markdown needs another package.

The file for --extra: { "title": "load test",
  "results": [{ "promise": "no failed write", "measured": "0 of 9000", "ok": true }],
  "writes": [{ "at": "2026-11-22T10:00:00Z", "ms": 3.2 }] }
writes is optional, and is drawn over the builds; so are longestStallMs and plainBuildStallMs,
how long a write waited for these builds, and for one without CONCURRENTLY.
`;

const FORMATS = ["html", "markdown", "json"] as const;

interface ReportOptions extends StackOptions, RolloutOptions {
  readonly extra?: string;
  readonly withoutBackup?: string;
  readonly live: boolean;
  readonly format?: (typeof FORMATS)[number];
  readonly out?: string;
}

const DEFAULT_FILE = "pgindex-report.html";

/** `pgindex report`: what was built and what it achieved, for people. */
export function addReport(program: Command, io: Io): void {
  const command = program
    .command("report")
    .description("write a page that shows what was built, what it achieved, and what is missing");
  addRolloutOptions(command)
    .option("--extra <file>", "measurements of your own, as JSON (see below)")
    .option("--without-backup <reason>", "why there is none: its line is then not asked")
    .option("--no-live", "do not query the database: use only the state")
    .addOption(new Option("--format <format>", "what to write (default: html)").choices(FORMATS))
    .option(
      "--out <file>",
      `where to write it (default: ${DEFAULT_FILE}; other formats are printed)`,
    )
    .addHelpText("after", EXAMPLES);
  addStackOptions(command).action(async (options: ReportOptions) => {
    const report = await collect(options, io);
    const format = options.format ?? (options.json ? "json" : "html");
    const text = render(report, format);
    const out = options.out ?? (format === "html" ? DEFAULT_FILE : undefined);
    if (out === undefined) return io.stdout(text);
    await writeReport(out, text);
    io.stdout(`${out}\n`);
  });
}

async function collect(options: ReportOptions, io: Io): Promise<Report> {
  const state = await readStack(options, io.env);
  const earlier = await readEarlier(options, io);
  const status = await readLiveStatus(state, options, io);
  const extra = await readExtra(options.extra);
  const { soak, withoutBackup } = options;
  return toReport({ state, earlier, status, extra, soak, withoutBackup, now: new Date() });
}

/** Undefined if the database should not be queried. */
async function readLiveStatus(
  state: StackState,
  options: ReportOptions,
  io: Io,
): Promise<StackStatus | undefined> {
  const database = options.live ? await findNamedDatabase(options, io, "stack") : undefined;
  if (!database) return undefined;
  const session = { purpose: "report", writable: false };
  return withObserver(database, session, (observer) => readStatus(observer, state));
}

async function readExtra(file: string | undefined): Promise<ExtraMeasurements | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, "utf8").catch((error) => {
    throw new PgIndexError(cannotReadExtraAdvice(file, error), { cause: error });
  });
  return parseExtraMeasurements(text, file);
}

function render(report: Report, format: (typeof FORMATS)[number]): string {
  if (format === "json") return `${JSON.stringify(report, null, 2)}\n`;
  return format === "markdown" ? toMarkdown(report) : toPage(report);
}
