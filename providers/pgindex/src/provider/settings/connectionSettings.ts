import { z } from "zod";
import { buildSettings } from "../../engine/declare/buildSettings";
import { MAX_RETRIES, patienceArgs, toPatienceOptions } from "../../engine/declare/patienceArgs";
import { PgIndexError } from "../../engine/errors/advice";
import { meantArguments } from "../../engine/input/argumentNames";
import { issueMessage, parseWith } from "../../engine/input/parse";
import { type Database, databaseOf } from "../../engine/session/database";
import { unknownArgumentsAdvice, unreadableSettingsAdvice } from "./settingsMessages";

/** Parses a whole number from text: provider configuration contains only strings. */
function wholeNumber(min: number, max: number, example: string) {
  const message = issueMessage(
    `is not a whole number from ${min} to ${max}`,
    `write one, such as "${example}"`,
  );
  const isInRange = (value: number) => value >= min && value <= max;
  return z.string().regex(/^\d+$/, message).transform(Number).refine(isInRange, message);
}

const flag = z
  .enum(["true", "false"], {
    error: () => issueMessage('is neither "true" nor "false"', 'write "true" or "false"'),
  })
  .transform((text) => text === "true");

const whenClientVanishes = z.enum(["finish", "stop"], {
  error: () => issueMessage("is neither of the two", 'write "finish" or "stop"'),
});

const urlsByName = z.record(z.string(), z.string().min(1));

/** The text is a secret: messages must not repeat it or reveal where it is wrong. */
const replicas = z.string().transform((text, ctx) => {
  const { data } = urlsByName.safeParse(fromJson(text));
  if (data) return data;
  ctx.addIssue(
    issueMessage(
      "is not a JSON object of names and URLs",
      'write one, such as {"eu": "postgresql://…"}',
    ),
  );
  return z.NEVER;
});

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `pulumi config set --path` makes an object, which Pulumi passes on as JSON. */
const ofBuilds = z
  .string()
  .transform((text, ctx) => {
    const value = fromJson(text);
    if (typeof value === "object" && value !== null) return value;
    ctx.addIssue(
      issueMessage("is not an object", 'write one, such as {"maintenanceWorkMem": "2GB"}'),
    );
    return z.NEVER;
  })
  .pipe(buildSettings);

/** A build has two sessions, and a third to measure the queries that it serves. */
const MIN_CONNECTIONS = 3;

const settings = z.object({
  url: z.string().optional(),
  databaseUrl: z.string().optional(),
  replicas: replicas.optional(),
  maxConcurrentBuilds: wholeNumber(1, 100, "2").optional(),
  maxConcurrentMeasurements: wholeNumber(1, 100, "2").optional(),
  maxConnections: wholeNumber(MIN_CONNECTIONS, 1000, "10").optional(),
  allowPooler: flag.optional(),
  role: z.string().optional(),
  applicationRole: z.string().optional(),
  allowCorruptingServer: flag.optional(),
  whenClientVanishes: whenClientVanishes.optional(),
  ownershipMarks: flag.optional(),
  predictPlans: flag.optional(),
  acceptDatabase: z.string().optional(),
  buildSettings: ofBuilds.optional(),
  ...patienceArgs,
  retries: wholeNumber(0, MAX_RETRIES, "9").optional(),
});

/**
 * Reads the Connection's settings, which already include the stack's as defaults; without a
 * Connection, reads the stack's. The URL is then `pgindex:databaseUrl` or `DATABASE_URL`, otherwise
 * the `PG*` variables apply.
 *
 * Throws one {@link PgIndexError} for all problems.
 *
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
export function databaseFrom(
  get: (key: string) => string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Database {
  refuseUnknownArguments(get("pgindex:unknownArguments") ?? "");
  // An empty string means that the setting is not set.
  const names = Object.keys(settings.shape);
  const texts = Object.fromEntries(
    names.map((name) => [name, get(`pgindex:${name}`) || undefined]),
  );
  const parsed = parseWith(settings, texts);
  if (parsed.kind === "problems")
    throw new PgIndexError(unreadableSettingsAdvice(parsed.problems, texts));
  if (parsed.kind === "unknown")
    throw new Error("Pulumi has configured the provider with a value that is not known yet");
  const { url, databaseUrl, waitFor, buildWithin, stallBudget, retries, waiters, ...rest } =
    parsed.value;
  return databaseOf({
    ...rest,
    url: url ?? databaseUrl ?? (env.DATABASE_URL || undefined),
    patience: toPatienceOptions({ waitFor, buildWithin, stallBudget, retries, waiters }),
  });
}

/** Arguments of the Connection that do not exist, by their names. */
function refuseUnknownArguments(names: string): void {
  const unknown = names.split(",").filter(Boolean);
  if (unknown.length === 0) return;
  const known = Object.keys(settings.shape).filter((name) => name !== "databaseUrl");
  const told = unknown.map((name) => ({ name, meant: meantArguments(name, known) }));
  throw new PgIndexError(unknownArgumentsAdvice(told));
}
