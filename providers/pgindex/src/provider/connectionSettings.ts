import type { Target } from "../engine/connection/target";
import { PgIndexError } from "../engine/errors/advice";

const DEFAULT_CONCURRENT_BUILDS = 2;

/**
 * The Connection's own settings, else the stack's `pgindex:databaseUrl`, else DATABASE_URL, else
 * the PG* variables.
 */
export function targetFrom(get: (key: string) => string | undefined): Target {
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
