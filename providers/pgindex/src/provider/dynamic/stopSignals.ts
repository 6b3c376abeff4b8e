import type { StopSignals } from "../runtime";
import { Empty } from "../sdkModules";

/**
 * Listens for stop signals in the dynamic-provider process:
 *
 * - The SDK answers the engine's Cancel call without notifying us, so we intercept the decoding of
 *   its empty message, which only Cancel does after start-up.
 * - SIGINT means that the engine is done with us, or a second Ctrl-C.
 * - The end of standard input means that the CLI was killed.
 */
export function listenForStop(signals: StopSignals): void {
  process.once("SIGINT", signals.onTerminate);
  process.once("SIGTERM", signals.onTerminate);
  process.stdin.on("end", signals.onOrphaned);
  process.stdin.on("error", signals.onOrphaned);
  process.stdin.resume();
  listenForCancelCall(signals.onCancel);
}

/** Listens from the first `configure` on, because start-up decodes an Empty for GetPluginInfo. */
function listenForCancelCall(onCancel: () => void): void {
  const original = Empty.deserializeBinary;
  // A later SDK may decode differently; a cancel then arrives only as SIGINT.
  if (typeof original !== "function") return;
  Empty.deserializeBinary = (bytes) => {
    onCancel();
    return original.call(Empty, bytes);
  };
}
