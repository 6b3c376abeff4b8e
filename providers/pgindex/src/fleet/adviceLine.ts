import { errorText } from "../engine/errors/advice";
import { oneLine } from "../engine/text/printable";

/** An error's message, with all of its advice, in one line. */
export function adviceLine(error: unknown): string {
  const lines = errorText(error).split("\n");
  return oneLine(lines.map((line) => line.trim()).join("; "));
}
