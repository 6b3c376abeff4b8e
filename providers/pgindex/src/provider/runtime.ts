import type { Target } from "../engine/connection/target";
import { CancelledError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import { lostIndexes } from "../engine/record/lostIndexes";
import { targetFrom } from "./connectionSettings";
import type { EngineLog } from "./engineLog";
import { listenForStop } from "./stopSignals";

/**
 * What the resources' providers share in one process: where to connect, and how to speak to Pulumi.
 */
export interface Runtime {
  target(): Target;
  /** What queries have lost, as of the first time that this process asks. */
  lostIndexes(): Promise<ReadonlyMap<string, string>>;
  context(urn: string | undefined): Context;
  /** Counts an operation as under way, so that an orphaned process ends only after the last one. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  configure(get: (key: string) => string | undefined): void;
}

/**
 * What the answer to Pulumi gets to be sent before the process ends: an exit drops what its sockets
 * still hold.
 */
const ANSWER_MS = 200;

/** Makes the runtime of this process. Nothing happens before the first `configure`. */
export function createRuntime(log: EngineLog): Runtime {
  const cancel = new AbortController();
  const drain = new AbortController();
  let target: Target | undefined;
  let lost: Promise<ReadonlyMap<string, string>> | undefined;
  let running = 0;
  let isEnding = false;
  const exitWhenDone = () => {
    if (isEnding && running === 0) process.exit(0);
  };
  const end = (stop: AbortController) => {
    isEnding = true;
    stop.abort(new CancelledError("cancelled"));
    exitWhenDone();
  };
  return {
    target: () => target ?? targetFrom(() => undefined),
    lostIndexes() {
      lost ??= lostIndexes(this.target());
      return lost;
    },
    context: (urn) => ({
      signal: cancel.signal,
      draining: drain.signal,
      log: (severity, message) => log.write(severity, message, urn, false),
      status: (message) => log.write("info", message, urn, true),
    }),
    async run(operation) {
      running += 1;
      try {
        return await operation();
      } finally {
        running -= 1;
        setTimeout(exitWhenDone, ANSWER_MS);
      }
    },
    configure(get) {
      if (target) return;
      target = targetFrom(get);
      listenForStop({
        onCancel: () => cancel.abort(new CancelledError("cancelled")),
        onTerminate: () => end(cancel),
        onOrphaned: () => end(drain),
      });
    },
  };
}
