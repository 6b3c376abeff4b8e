import { readFileSync } from "node:fs";
import { errorText, PgIndexError } from "../engine/errors/advice";
import { parseStackState, readStackState, type StackState } from "../status/stackState";

/** A stack's state, from a file or as exported. Throws {@link PgIndexError}. */
export function loadStackState(state: string | object): StackState {
  if (typeof state !== "string") return readStackState(state);
  try {
    return parseStackState(readFileSync(state, "utf8"));
  } catch (error) {
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(
      {
        what: `cannot read the state of the stack: ${errorText(error)}`,
        why: "it lists the declared indexes",
        fix: "write it with: pulumi stack export --file state.json",
      },
      { cause: error },
    );
  }
}
