import type { Command } from "commander";
import type { StackSource } from "../status/stackExport";
import { addConnectionOptions, type ConnectionOptions } from "./connectionOptions";

/** The options of every command that looks at what a stack has declared. */
export interface StackOptions extends ConnectionOptions, StackSource {
  readonly json?: boolean;
}

export function addStackOptions(command: Command): Command {
  return addConnectionOptions(command)
    .option("--stack <name>", "the stack (default: the one that is selected)")
    .option("--cwd <folder>", "the Pulumi project's folder (default: this one)")
    .option("--state <file>", "read what pulumi stack export has written, instead of asking Pulumi")
    .option("--json", "write JSON");
}
