import type { Command } from "commander";
import type { StackSource } from "../../status/stackExport";
import { addConnectionOptions, type ConnectionOptions } from "../database/connectionOptions";

/** Options of the commands that read a stack's declarations. */
export interface StackOptions extends ConnectionOptions, StackSource {
  readonly json?: boolean;
}

export function addStackOptions(command: Command): Command {
  return addConnectionOptions(command, "the stack (default: the selected one)")
    .option(
      "--state <file>",
      "read a file written by pulumi stack export, instead of asking Pulumi",
    )
    .option("--json", "write JSON");
}
