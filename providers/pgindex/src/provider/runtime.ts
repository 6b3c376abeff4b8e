import type { Target } from "../engine/connection/target";
import { CancelledError, PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import { lostIndexes } from "../engine/record/lostIndexes";
import { listenForStop } from "./cancel";
import type { EngineLog } from "./engineLog";

/** What the resources' providers share in one process: where to connect, and how to speak to Pulumi. */
export interface Runtime {
  target(): Target;
  /** What queries have lost, as of the first time that this process asks. */
  lostIndexes(): Promise<ReadonlyMap<string, string>>;
  context(urn: string | undefined): Context;
  /** Counts an operation as under way, so that an orphaned process ends only after the last one. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  configure(get: (key: string) => string | undefined): void;
}

const DEFAULT_CONCURRENT_BUILDS = 2;

/** What the answer to Pulumi gets to be sent before the process ends: an exit drops what its sockets still hold. */
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

/** The Connection's own settings, else the stack's `pgindex:databaseUrl`, else DATABASE_URL, else the PG* variables. */
function targetFrom(get: (key: string) => string | undefined): Target {
  const url = get("pgindex:url") ?? get("pgindex:databaseUrl") ?? process.env.DATABASE_URL;
  return {
    url: url === "" ? undefined : url,
    replicas: replicasFrom(get("pgindex:replicas")),
    maxConcurrentBuilds: Number(get("pgindex:maxConcurrentBuilds") ?? DEFAULT_CONCURRENT_BUILDS),
    allowPooler: get("pgindex:allowPooler") === "true",
    role: get("pgindex:role") || undefined,
    allowCorruptingServer: get("pgindex:allowCorruptingServer") === "true",
    whenClientVanishes: get("pgindex:whenClientVanishes"),
    patience: {
      waitFor: get("pgindex:waitFor"),
      buildWithin: get("pgindex:buildWithin"),
      retries: get("pgindex:retries"),
      waiters: get("pgindex:waiters"),
    },
  };
}

/** Its text is a secret: an error must not repeat it. */
function replicasFrom(text: string | undefined): Target["replicas"] {
  if (!text) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && Object.values(parsed).every(isText))
      return parsed as Readonly<Record<string, string>>;
  } catch {
    // Not JSON at all: the same mistake.
  }
  throw new PgIndexError({
    what: "cannot read pgindex:replicas",
    why: "it is no JSON object of names and URLs (not shown: it may hold passwords)",
    fix: 'give replicas to the Connection: { eu: config.requireSecret("euUrl") }',
    otherwise: 'pulumi config set --secret pgindex:replicas \'{"eu": "postgresql://…"}\'',
  });
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
