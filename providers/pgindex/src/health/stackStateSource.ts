import { readFileSync } from "node:fs";
import { PgIndexError } from "../engine/errors/advice";
import { parseStackState, readStackState, type StackState } from "../status/stackState";
import { unreadableStateAdvice } from "./healthMessages";

/** A stack's state, from a file or as exported. Throws {@link PgIndexError}. */
export function loadStackState(state: string | object): StackState {
  if (typeof state !== "string") return readStackState(state);
  try {
    return parseStackState(readFileSync(state, "utf8"));
  } catch (error) {
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(unreadableStateAdvice(error), { cause: error });
  }
}
