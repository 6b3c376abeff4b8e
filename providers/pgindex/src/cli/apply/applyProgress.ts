import type { Reporter } from "../../apply/applyIndexes";
import { CancelledError } from "../../engine/errors/advice";
import { displayName } from "../../engine/text/render";
import { type Io, redact } from "../commandIo";

/** Without a terminal, a line every so many milliseconds is enough for a log. */
const LOG_EVERY_MS = 5_000;

/** Shows each index's progress on its own line; Ctrl-C cancels the build on the server. */
export function reporterOf(io: Io): Reporter {
  const cancel = new AbortController();
  io.stopped?.().then(() => cancel.abort(new CancelledError("cancelled")));
  const draining = new AbortController().signal;
  return (desired) => {
    const say = (text: string) => io.stderr(redact(`${displayName(desired)}: ${text}\n`));
    let saidAt = Number.NEGATIVE_INFINITY;
    return {
      signal: cancel.signal,
      draining,
      log: (severity, message) => say(severity === "warning" ? `warning: ${message}` : message),
      status: (message) => {
        if (io.redraw) return io.redraw(redact(`${displayName(desired)}: ${message}`));
        const now = performance.now();
        if (now - saidAt < LOG_EVERY_MS) return;
        saidAt = now;
        say(message);
      },
    };
  };
}
