import { CommanderError } from "commander";
import { CouldNotLookError, errorText, PgIndexError } from "../../engine/errors/advice";
import { isConnectionLoss, isUnreachable, sqlState } from "../../engine/errors/sqlstate";
import { unadvised } from "../cliMessages";

/** The exit codes of every command. */
export const EXIT = { clean: 0, wrongUse: 1, found: 2, couldNotLook: 3 } as const;

export const EXIT_TABLE = `Exit codes, of every command:
  ${EXIT.clean}  nothing is wrong
  ${EXIT.wrongUse}  an option, a file or the program is wrong, or something was refused
  ${EXIT.found}  it looked, and found something that is not as it should be
  ${EXIT.couldNotLook}  it could not look: the server, the stack or a right was missing; no all-clear
`;

/** Ends the command: what there is to say has been said. */
export function endWith(outcome: keyof typeof EXIT, command: string): never {
  throw new CommanderError(EXIT[outcome], `pgindex.${command}`, outcome);
}

/** Whatever is not the doing of whoever called has kept the command from looking. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (!(error instanceof PgIndexError) || error instanceof CouldNotLookError)
    return EXIT.couldNotLook;
  const { cause } = error;
  const isServers =
    sqlState(cause) !== undefined || isUnreachable(cause) || isConnectionLoss(cause);
  return isServers ? EXIT.couldNotLook : EXIT.wrongUse;
}

const NAMES: Readonly<Record<number, string>> = {
  [EXIT.wrongUse]: "wrong-use",
  [EXIT.found]: "found",
  [EXIT.couldNotLook]: "could-not-look",
};

/** An error for machines, by its advice; `code` is a hazard's own, else what the exit code means. */
export function errorJson(error: unknown): object {
  const exitCode = exitCodeOf(error);
  const advice =
    error instanceof PgIndexError
      ? error.advice
      : unadvised(errorText(error), error instanceof CommanderError);
  return { error: { code: NAMES[exitCode], ...advice, exitCode } };
}
