import { CommanderError } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import { sqlState } from "../../engine/errors/sqlstate";
import { oneLine } from "../../engine/text/printable";
import { CannotLookError, reasonOf } from "../../engine/twin/twinMessages";
import { type Io, redact } from "../commandIo";
import { EXIT, errorJson } from "../output/exitCodes";

export const EXIT_HELP = `The exit code is ${EXIT.clean} if there is nothing to do, ${EXIT.found} if something was found, ${EXIT.couldNotLook} if it could not look (and
says why), and 1 for a wrong option or file.
`;

/**
 * Runs what looks, and returns whether it found something. What keeps it from looking is said once,
 * and is never mistaken for nothing found.
 */
export async function looking(
  io: Io,
  isJson: boolean,
  look: () => Promise<boolean>,
): Promise<void> {
  let isFound: boolean;
  try {
    isFound = await look();
  } catch (error) {
    const reason = whyNot(error);
    if (reason === undefined) throw error;
    io.stderr(redact(`could not look, because ${reason}\n`));
    if (isJson)
      io.stdout(redact(`${JSON.stringify({ couldNotLook: reason, ...errorJson(error) })}\n`));
    throw new CommanderError(EXIT.couldNotLook, "pgindex.couldNotLook", reason);
  }
  if (isFound) throw new CommanderError(EXIT.found, "pgindex.found", "something was found");
}

/** Undefined for a fault of our own. */
function whyNot(error: unknown): string | undefined {
  if (error instanceof CannotLookError) return oneLine(error.message);
  if (error instanceof PgIndexError) {
    const { what, why, fix } = error.advice;
    return oneLine(`${what}: ${why}; do: ${fix}`);
  }
  return sqlState(error) === undefined ? undefined : oneLine(reasonOf(error));
}
