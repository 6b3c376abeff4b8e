import { Empty } from "./sdkModules";

/** How the world tells the provider's process to stop. */
export interface StopSignals {
  /** The user cancelled: stop what runs, clean up. */
  readonly onCancel: () => void;
  /** The engine wants the process to end, within 5 s: stop what runs, then exit. */
  readonly onTerminate: () => void;
  /** The Pulumi CLI is gone: finish what runs, begin nothing. */
  readonly onOrphaned: () => void;
}

/**
 * Listens for a cancel in the dynamic-provider process. The SDK answers the engine's Cancel call
 * without telling anybody, so the decoding of its empty message, which after start-up only Cancel
 * does, is what we hear; a SIGINT is the engine that is done with us, or a second Ctrl-C; a killed
 * CLI is the end of standard input.
 */
export function listenForStop(signals: StopSignals): void {
  process.once("SIGINT", signals.onTerminate);
  process.once("SIGTERM", signals.onTerminate);
  process.stdin.on("end", signals.onOrphaned);
  process.stdin.on("error", signals.onOrphaned);
  process.stdin.resume();
  listenForCancelCall(signals.onCancel);
}

/**
 * Start-up decodes an Empty for GetPluginInfo; we listen only after it, from the first `configure`
 * on.
 */
function listenForCancelCall(onCancel: () => void): void {
  const original = Empty.deserializeBinary;
  // A later SDK may decode differently; a cancel is then heard as SIGINT only.
  if (typeof original !== "function") return;
  Empty.deserializeBinary = (bytes) => {
    onCancel();
    return original.call(Empty, bytes);
  };
}
