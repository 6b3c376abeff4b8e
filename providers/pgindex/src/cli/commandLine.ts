import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { errorText, PgIndexError } from "../engine/errors/advice";
import { type Io, redact } from "./commandIo";
import { addDoctor } from "./doctor";
import { addHealth } from "./health";
import { addImport } from "./import";
import { addReport } from "./report";
import { addStatus } from "./status";
import { addWatch } from "./watch";

/** The commands, in the order of the help: one file each. */
const COMMANDS = [addStatus, addWatch, addDoctor, addReport, addHealth, addImport];

/** Runs `pgindex` with its arguments and returns the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // Commander has already reported it.
    if (error instanceof CommanderError) return error.exitCode;
    report(error, args.includes("--json"), io);
    return 1;
  }
}

function createProgram(io: Io): Command {
  const { version } = createRequire(__filename)("../../package.json");
  const program = new Command("pgindex")
    .description("PostgreSQL indexes as Pulumi resources: what goes beyond pulumi up")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: (text) => io.stderr(redact(text)) });
  for (const add of COMMANDS) add(program, io);
  return program;
}

/**
 * Reports an error as text on standard error, and also as JSON on standard output if the caller
 * asked for JSON.
 */
function report(error: unknown, isJson: boolean, io: Io): void {
  const advice = error instanceof PgIndexError ? error.advice : { what: errorText(error) };
  io.stderr(`${redact(errorText(error))}\n`);
  if (isJson) io.stdout(`${redact(JSON.stringify({ error: advice }))}\n`);
}
