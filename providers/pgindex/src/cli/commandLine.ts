import { Command, CommanderError } from "commander";
import { errorText } from "../engine/errors/advice";
import { PACKAGE_VERSION } from "../packageManifest";
import { addAdvise } from "./advise/advise";
import { addRedundant } from "./advise/redundant";
import { addUnused } from "./advise/unused";
import { addApply } from "./apply/apply";
import { type Io, redact } from "./commandIo";
import { addCompletion } from "./completion";
import { isInProject } from "./database/stackDatabase";
import { addDoctor } from "./doctor";
import { addFleet } from "./fleet/fleet";
import { addHealth } from "./health";
import { addImport } from "./import";
import { addInit } from "./init/init";
import { EXIT, EXIT_TABLE, errorJson, exitCodeOf } from "./output/exitCodes";
import { addPlan } from "./plan/planCommand";
import { addReport } from "./report";
import { addStatus } from "./status";
import { addWatch } from "./watch";

/** The commands, in the order of the help: one file each. */
const COMMANDS = [
  addPlan,
  addStatus,
  addWatch,
  addDoctor,
  addReport,
  addHealth,
  addImport,
  addApply,
  addFleet,
  addInit,
  addAdvise,
  addUnused,
  addRedundant,
  // Of all that stands above.
  addCompletion,
];

const OUTSIDE = `There is no Pulumi project in this folder. To begin:

  pgindex apply FILE.sql     builds the indexes of a migration file, without a project
  pgindex init my-indexes    writes a new project with a first index

Or go to the project's folder, or name it with --cwd.
`;

/** Runs `pgindex` with its arguments and returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  if (args.length === 0 && !isInProject(".")) program.addHelpText("before", OUTSIDE);
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    report(error, args.includes("--json"), io);
    return exitCodeOf(error);
  }
}

function createProgram(io: Io): Command {
  const program = new Command("pgindex")
    .description("PostgreSQL indexes as Pulumi resources: what goes beyond pulumi up")
    .version(PACKAGE_VERSION)
    .addHelpText("after", `\n${EXIT_TABLE}`)
    .showHelpAfterError("(add --help for arguments and options)")
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: (text) => io.stderr(redact(text)) });
  for (const add of COMMANDS) add(program, io);
  return program;
}

/**
 * Reports an error as text on standard error, and also as JSON on standard output if the caller
 * asked for JSON. Commander has said its own in words already, and what was found needs no words.
 */
function report(error: unknown, isJson: boolean, io: Io): void {
  const isCommander = error instanceof CommanderError;
  if (!isCommander) io.stderr(`${redact(errorText(error))}\n`);
  const isSaid = isCommander && !error.code.startsWith("commander.");
  if (!isJson || isSaid || exitCodeOf(error) === EXIT.clean) return;
  io.stdout(`${redact(JSON.stringify(errorJson(error)))}\n`);
}
