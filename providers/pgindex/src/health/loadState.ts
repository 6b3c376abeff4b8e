import { readFileSync } from "node:fs";
import { PgIndexError } from "../engine/errors/advice";
import { parseStackState, readStackState, type StackState } from "../status/stackState";
import { unreadableStateAdvice } from "./healthMessages";

/** The state of a stack, from a file or as it was exported. Throws {@link PgIndexError}. */
export function loadState(state: string | object): StackState {
  if (typeof state !== "string") return readStackState(state);
  try {
    return parseStackState(readFileSync(state, "utf8"));
  } catch (error) {
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(unreadableStateAdvice(error), { cause: error });
  }
}
