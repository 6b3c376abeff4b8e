import { styleText } from "node:util";
import type { Io } from "../commandIo";

/** Colours for a stream: it heeds NO_COLOR, FORCE_COLOR, and whether a terminal shows it. */
export function painterFor(stream: NodeJS.WritableStream): NonNullable<Io["paint"]> {
  return (style, text) => styleText(style, text, { stream });
}
