import { type Command, InvalidArgumentError, Option } from "commander";
import {
  findUnused,
  type NamedServer,
  type Unused,
  type UnusedIndex,
} from "../../engine/advise/standing/unused";
import { type WrittenDuration, writtenDuration } from "../../engine/input/duration";
import { oneLine } from "../../engine/text/printable";
import { renderBytes } from "../../engine/text/render";
import { qualified } from "../../engine/text/sql";
import type { Io } from "../commandIo";
import { addConnectionOptions, type ConnectionOptions } from "../database/connectionOptions";
import { findDatabase } from "../database/findDatabase";
import { sayDatabase } from "../database/sayDatabase";
import { append } from "../options/append";
import { renderTable } from "../output/table";
import { writeSchema } from "../output/writeSchema";
import { EXIT_HELP, looking } from "./looking";
import { unusedOutput } from "./schemas";

interface UnusedOptions extends ConnectionOptions {
  readonly replica?: readonly string[];
  readonly window: WrittenDuration;
  readonly schema?: readonly string[];
  readonly json?: boolean;
  readonly jsonSchema?: boolean;
}

const EXAMPLES = `
Examples:
  $ pgindex unused                                   nobody scanned them for seven days
  $ pgindex unused --window 30d --replica REPLICA_1_URL --replica REPLICA_2_URL
  $ pgindex unused --json | jq -r '.unused[] | "\\(.schema).\\(.name)"'

Each server counts its own scans, and begins anew after a crash and a reset. Where it
cannot tell our own measurements from traffic, it says so. An index that backs a constraint, is a replica identity, or is the only one on the
columns of a foreign key is needed without a scan. The catalog does not say when an index was built:
one that is younger than the window looks unused.

${EXIT_HELP}`;

/** `pgindex unused`: indexes that nobody scans. */
export function addUnused(program: Command, io: Io): void {
  const command = program
    .command("unused")
    .description("find indexes that nobody scanned, on any server")
    .option(
      "--replica <name>",
      "the environment variable with a standby's URL (can be repeated)",
      append,
    )
    .addOption(
      new Option("--window <duration>", "for how long nobody must have scanned them")
        .argParser(toDuration)
        .default(toDuration("7d"), "7d"),
    )
    .option("--schema <name>", "only this schema (can be repeated)", append)
    .option("--json", "write JSON")
    .option("--json-schema", "write the JSON Schema of --json, and nothing else")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action(async (options: UnusedOptions) => {
    if (options.jsonSchema) return writeSchema(unusedOutput, io);
    const primary = await findDatabase(options, io);
    const replicas: NamedServer[] = [];
    for (const name of options.replica ?? []) replicas.push(await replicaFrom(name, options, io));
    await looking(io, options.json === true, async () => {
      const found = await findUnused({
        ...{ primary, replicas, windowMs: options.window.ms, schemas: options.schema },
        onObserver: (observer) => sayDatabase(observer, io),
      });
      io.stdout(options.json ? `${JSON.stringify(found, null, 2)}\n` : render(found, options, io));
      return found.unused.length > 0;
    });
  });
}

function toDuration(text: string): WrittenDuration {
  const parsed = writtenDuration.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be a number with a unit, such as "30d" or "24h".');
}

async function replicaFrom(
  databaseUrlEnv: string,
  { allowPooler, role, passwordCommand, cwd }: UnusedOptions,
  io: Io,
): Promise<NamedServer> {
  const options = { databaseUrlEnv, allowPooler, role, passwordCommand, cwd };
  return { name: databaseUrlEnv, database: await findDatabase(options, io) };
}

function render(
  { unused, unclear, needed, servers, doubts }: Unused,
  { window }: UnusedOptions,
  io: Io,
): string {
  const head = `No scan for ${window.text}: ${unused.length} indexes${unused.length > 0 ? ":" : "."}`;
  const lines = [
    ...servers.map(({ name, countersSince }) => `${name} counts since ${countersSince}`),
    ...needed.map(
      (each) => `${labelOf(each)} has no scan either, but is needed for ${each.neededFor}`,
    ),
    ...unclear.map(ofMeasured),
    ...unused.filter((each) => each.hasExpression).map(ofExpression),
    ...doubts.map((doubt) => `not sure: ${doubt}`),
  ];
  const table = unused.length > 0 ? [tableOf(unused, io)] : [];
  return `${[head, ...table, ...lines.map(oneLine)].join("\n")}\n`;
}

const labelOf = ({ schema, name }: UnusedIndex) => `${schema}.${name}`;

const ofMeasured = (index: UnusedIndex) =>
  `${labelOf(index)} may be unused: it has ${index.scans} scans, and measurements of pgindex made ` +
  `${index.measuredScans} of its table's`;

/** ANALYZE keeps what it finds of the expression with the index. */
const ofExpression = (index: UnusedIndex) =>
  `${labelOf(index)} has an expression: without it the planner loses the expression's statistics`;

function tableOf(unused: readonly UnusedIndex[], io: Io): string {
  const rows = unused.map((index) => [
    oneLine(labelOf(index)),
    oneLine(index.table),
    renderBytes(index.sizeBytes),
    index.lastScan ?? "never counted",
    oneLine(howToDrop(index)),
  ]);
  return renderTable(["index", "table", "size", "last scan", "to drop it"], rows, io);
}

/** What belongs to a program is taken out of the program. */
export function howToDrop(index: {
  readonly schema: string;
  readonly name: string;
  readonly owner: string | null;
}): string {
  return index.owner === null
    ? `DROP INDEX CONCURRENTLY ${qualified(index.schema, index.name)};`
    : `remove it from ${index.owner}, and run pulumi up`;
}
