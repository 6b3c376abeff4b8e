import { z } from "zod";
import { DEFAULT_PASSWORD_AGE_MS } from "../../engine/connection/password/passwordCommand";
import { readUrl } from "../../engine/connection/url/readUrl";
import { buildSettings } from "../../engine/declare/buildSettings";
import { MAX_RETRIES, patienceArgs, toPatienceOptions } from "../../engine/declare/patienceArgs";
import { PgIndexError, type Problem } from "../../engine/errors/advice";
import { hazardPolicy } from "../../engine/hazards/policySchema";
import { meantArguments } from "../../engine/input/argumentNames";
import { duration } from "../../engine/input/duration";
import { fromJson } from "../../engine/input/jsonText";
import { issueMessage, parseWith } from "../../engine/input/parse";
import { type Database, databaseOf } from "../../engine/session/database";
import { eitherOf, readSettings } from "./readSettings";
import { reviewing } from "./reviewSettings";
import { unknownArgumentsAdvice, unknownSettingProblem } from "./settingsMessages";

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

/** A list in JSON, which is what `pulumi config set --path` makes of one. */
export const passwordCommandSetting = z.string().transform((text, ctx) => {
  const { data } = z.tuple([z.string().min(1)], z.string()).safeParse(fromJson(text));
  if (data) return data;
  ctx.addIssue(
    issueMessage(
      "is not a program and its arguments",
      'write a list, such as ["aws", "rds", "generate-db-auth-token", "--hostname", "…"]',
    ),
  );
  return z.NEVER;
});

/** `pulumi config set --path` makes an object, which Pulumi passes on as JSON. */
function jsonObject(example: string) {
  return z.string().transform((text, ctx) => {
    const value = fromJson(text);
    if (typeof value === "object" && value !== null) return value;
    ctx.addIssue(issueMessage("is not an object", `write one, such as ${example}`));
    return z.NEVER;
  });
}

/** A build has two sessions, and a third to measure the queries that it serves. */
const MIN_CONNECTIONS = 3;

const settings = z.object({
  url: z.string().optional(),
  databaseUrl: z.string().optional(),
  replicas: replicas.optional(),
  passwordCommand: passwordCommandSetting.optional(),
  passwordMaxAge: duration.default(DEFAULT_PASSWORD_AGE_MS),
  maxConcurrentBuilds: wholeNumber(1, 100, "2").optional(),
  maxConcurrentMeasurements: wholeNumber(1, 100, "2").optional(),
  maxConnections: wholeNumber(MIN_CONNECTIONS, 1000, "10").optional(),
  allowPooler: flag.optional(),
  role: z.string().optional(),
  applicationRole: z.string().optional(),
  allowCorruptingServer: flag.optional(),
  whenClientVanishes: eitherOf("finish", "stop").optional(),
  ownershipMarks: flag.optional(),
  predictPlans: flag.optional(),
  acceptDatabase: z.string().optional(),
  buildSettings: jsonObject('{"maintenanceWorkMem": "2GB"}').pipe(buildSettings).optional(),
  hazards: jsonObject('{"old-transaction": "deny"}').pipe(hazardPolicy).optional(),
  stage: eitherOf("production", "other").optional(),
  ...patienceArgs,
  retries: wholeNumber(0, MAX_RETRIES, "9").optional(),
});

/** Of the database, and of the review. */
const every = settings.extend(reviewing.shape);

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
  const { url, databaseUrl, passwordCommand, passwordMaxAge, ...more } = readSettings(
    settings,
    get,
  );
  const { waitFor, buildWithin, stallBudget, retries, waiters, ...rest } = more;
  return databaseOf({
    ...rest,
    url: url ?? databaseUrl ?? (env.DATABASE_URL || undefined),
    passwordCommand: passwordCommand && { command: passwordCommand, maxAgeMs: passwordMaxAge },
    patience: toPatienceOptions({ waitFor, buildWithin, stallBudget, retries, waiters }),
  });
}

/** What is wrong with settings that are given by their names; an empty one is not set. */
export function settingProblems(texts: Readonly<Record<string, string>>): readonly Problem[] {
  const known = Object.keys(every.shape);
  const names = Object.keys(texts);
  const unknown = names.filter((name) => !known.includes(name));
  const set = names.filter((name) => known.includes(name) && texts[name] !== "");
  const parsed = parseWith(every, Object.fromEntries(set.map((name) => [name, texts[name]])));
  const urls = ["url", "databaseUrl"].flatMap((name) => urlProblem(name, texts[name]));
  return [
    ...unknown.map((name) => unknownSettingProblem(name, meantArguments(name, known))),
    ...(parsed.kind === "problems" ? parsed.problems : []),
    ...urls,
  ];
}

function urlProblem(path: string, text = ""): Problem[] {
  if (text === "") return [];
  try {
    readUrl(text);
    return [];
  } catch (error) {
    if (!(error instanceof PgIndexError)) throw error;
    const { what, why, fix } = error.advice;
    return [{ path, message: `${what}: ${why}`, fix }];
  }
}

/** Arguments of the Connection that do not exist, by their names. */
function refuseUnknownArguments(names: string): void {
  const unknown = names.split(",").filter(Boolean);
  if (unknown.length === 0) return;
  const known = Object.keys(every.shape).filter((name) => name !== "databaseUrl");
  const told = unknown.map((name) => ({ name, meant: meantArguments(name, known) }));
  throw new PgIndexError(unknownArgumentsAdvice(told));
}
