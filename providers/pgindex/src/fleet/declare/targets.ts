import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { PgIndexError } from "../../engine/errors/advice";
import { parseWith } from "../../engine/input/parse";
import { databaseOf } from "../../engine/session/database";
import { withObserver } from "../../engine/session/workspace";
import {
  commandFailedAdvice,
  noTargetsAdvice,
  sameNameAdvice,
  unsetVariableAdvice,
} from "./declareMessages";
import { parseText, readDocument } from "./document";
import { type FleetFile, required } from "./fleetFile";
import { type Target, targetSchema } from "./targetSchema";

type Environment = Readonly<Record<string, string | undefined>>;

const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Every target of the fleet, from its source. Throws {@link PgIndexError}. */
export async function readTargets(file: FleetFile, env: Environment): Promise<Target[]> {
  const { raw, from } = await readSource(file, env);
  const targets = required(parseWith(z.array(targetSchema), raw), from);
  if (targets.length === 0) throw new PgIndexError(noTargetsAdvice(from));
  const names = new Set<string>();
  for (const { name } of targets) {
    if (names.has(name)) throw new PgIndexError(sameNameAdvice(from, name));
    names.add(name);
  }
  return targets;
}

async function readSource(
  { fleet: { targets }, folder }: FleetFile,
  env: Environment,
): Promise<{ readonly raw: unknown; readonly from: string }> {
  if (Array.isArray(targets)) return { raw: targets, from: "targets" };
  if ("file" in targets) return read(resolve(folder, targets.file), targets.file);
  if ("module" in targets) return read(resolve(folder, targets.module), targets.module);
  if ("command" in targets) {
    const from = `the output of ${targets.command[0]}`;
    return { raw: parseText(await output(targets.command, folder, env), from), from };
  }
  const { query, urlEnv } = targets;
  return { raw: await rows(query, urlEnv, env), from: `the query on the database of ${urlEnv}` };
}

async function read(file: string, from: string) {
  return { raw: await readDocument(file), from };
}

async function output(
  [program = "", ...args]: readonly string[],
  cwd: string,
  env: Environment,
): Promise<string> {
  try {
    const options = { cwd, env: { ...env }, maxBuffer: LARGEST_ANSWER };
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    throw new PgIndexError(commandFailedAdvice(program, error), { cause: error });
  }
}

/** A column that a target does not have by name is a label. */
async function rows(query: string, urlEnv: string, env: Environment): Promise<unknown[]> {
  const url = env[urlEnv];
  if (!url) throw new PgIndexError(unsetVariableAdvice(urlEnv, "the query for the targets"));
  const database = databaseOf({ url });
  return withObserver(database, { purpose: "fleet targets", writable: false }, async (observer) => {
    const found = await observer.query<Record<string, unknown>>(query);
    return found.map(toTarget);
  });
}

function toTarget({
  name,
  url,
  url_env: urlEnv,
  server,
  schema,
  labels,
  ...others
}: Record<string, unknown>) {
  const more = Object.entries(others).filter(([, value]) => value !== null);
  const given = Object.entries({ name, url, urlEnv, server, schema }).filter(
    ([, value]) => value != null,
  );
  return {
    ...Object.fromEntries(given),
    labels: { ...Object.fromEntries(more), ...Object(labels) },
  };
}

/** The target's URL, which no queue and no record has. */
export function urlOfTarget({ name, url, urlEnv }: Target, env: Environment): string {
  if (url !== undefined) return url;
  const value = urlEnv === undefined ? undefined : env[urlEnv];
  if (!value) throw new PgIndexError(unsetVariableAdvice(urlEnv ?? "", `the target ${name}`));
  return value;
}
