import { type Command, CommanderError } from "commander";
import { applyIndexes, isCancelled, type Planned, planIndexes } from "../../apply/applyIndexes";
import {
  noIndexAdvice,
  otherStatementsAdvice,
  refusedAdvice,
  unfinishedAdvice,
} from "../../apply/applyMessages";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import type { Database } from "../../engine/session/database";
import { displayName } from "../../engine/text/render";
import { readSql } from "../../import/indexesFromSql";
import { type Io, redact } from "../commandIo";
import { addConnectionOptions, type ConnectionOptions } from "../database/connectionOptions";
import { findDatabase } from "../database/findDatabase";
import { lookAt } from "../database/sayDatabase";
import { endWith } from "../output/exitCodes";
import { type AppliedIndex, renderApplied, renderMarkdown, stackLines, toApplied } from "./applied";
import { reporterOf } from "./applyProgress";
import { openReport } from "./openReport";

const EXAMPLES = `
Examples:
  $ pgindex apply drizzle/migrations/0013_sticky_skreet.sql
  $ pgindex apply --dry-run migrations/*.sql     shows what it would do, and changes nothing
  $ pgindex apply 0042_indexes.sql --report applied.md

Builds the indexes that the files create, with or without CONCURRENTLY in them, as pulumi up does:
one after the other with CREATE INDEX CONCURRENTLY, in sight of whom it waits for, repaired after a
failure, and read back from the catalog. An index that stands already is left as it is. Run it
again after whatever happened: it builds what is missing.

The exit code is 0 when every index is valid, 2 when one is not, 1 when something was refused before
anything was built, and 130 after Ctrl-C.
`;

/** What a shell makes of a program that Ctrl-C has ended. */
const CANCELLED = 130;

interface ApplyOptions extends ConnectionOptions {
  readonly schema?: string;
  readonly dryRun?: boolean;
  readonly indexesOnly?: boolean;
  readonly report?: string;
  readonly json?: boolean;
}

/** `pgindex apply`: the indexes of a migration file, without a stack. */
export function addApply(program: Command, io: Io): void {
  const command = program
    .command("apply")
    .description("build the indexes of a migration file concurrently, without a stack")
    .argument("<file...>", "migrations or other SQL files, read in order")
    .option("--schema <name>", "the schema of tables that the SQL names without one")
    .option("--dry-run", "look, say what would be done, and change nothing")
    .option("--indexes-only", "leave out statements that create no index, instead of refusing")
    .option("--report <file>", "write what was done to a new Markdown file")
    .option("--json", "write JSON")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action((files: string[], options: ApplyOptions) =>
    apply(files, options, io),
  );
}

async function apply(files: readonly string[], options: ApplyOptions, io: Io): Promise<void> {
  const { found, notes, others } = readSql(files, { schema: options.schema });
  if (others.length > 0 && !options.indexesOnly)
    throw new PgIndexError(otherStatementsAdvice(others));
  if (found.length === 0) throw new PgIndexError(noIndexAdvice(files));
  for (const note of notes) io.stderr(`note: ${redact(note)}\n`);
  const database = await findDatabase(options, io);
  await lookAt(database, "apply", io, async () => undefined);
  const { planned, refused } = await planIndexes(database, found);
  for (const error of refused) io.stderr(`${redact(errorText(error))}\n`);
  if (refused.length > 0) throw new PgIndexError(refusedAdvice(refused.length, found.length));
  for (const { desired, look } of planned)
    for (const line of look.lines) io.stderr(redact(`${displayName(desired)}: ${line}\n`));
  if (options.dryRun) return showPlan(planned, options, io);
  const write = await openReport(options.report);
  const applied = await run(database, planned, io);
  await write(renderMarkdown(files, applied.indexes));
  io.stdout(
    options.json ? asJson({ indexes: applied.indexes }) : renderApplied(applied.indexes, io),
  );
  requireAllValid(applied, io);
  if (!options.json) io.stdout(stackLines(files));
}

interface Run {
  readonly indexes: readonly AppliedIndex[];
  readonly cancelled: boolean;
}

async function run(database: Database, planned: readonly Planned[], io: Io): Promise<Run> {
  const results = await applyIndexes(database, planned, reporterOf(io));
  for (const result of results)
    if (result.kind === "failed") io.stderr(`${redact(errorText(result.error))}\n`);
  const indexes = planned.map(({ desired }, i) => toApplied(desired, results[i]));
  return { indexes, cancelled: results.some(isCancelled) };
}

function showPlan(planned: readonly Planned[], { json }: ApplyOptions, io: Io): void {
  const builds = planned.filter(({ look }) => look.builds).length;
  if (!json) {
    io.stdout(`would build ${builds} of ${planned.length} indexes; nothing was changed\n`);
    return;
  }
  const indexes = planned.map(({ desired, look }) => ({
    index: displayName(desired),
    builds: look.builds === true,
    lines: look.lines,
  }));
  io.stdout(asJson({ indexes }));
}

function asJson(value: unknown): string {
  return redact(`${JSON.stringify(value, null, 2)}\n`);
}

function requireAllValid({ indexes, cancelled }: Run, io: Io): void {
  const valid = indexes.filter(({ state }) => state === "valid").length;
  if (valid === indexes.length) return;
  const error = new PgIndexError(unfinishedAdvice(valid, indexes.length, cancelled));
  io.stderr(`${redact(error.message)}\n`);
  if (!cancelled) endWith("found", "apply");
  throw new CommanderError(CANCELLED, "pgindex.apply", error.message);
}
