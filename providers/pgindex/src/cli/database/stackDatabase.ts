import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { PgIndexError } from "../../engine/errors/advice";
import { fromJson } from "../../engine/input/jsonText";
import { databaseFrom } from "../../provider/settings/connectionSettings";
import { readUsedConnections } from "../../review/run/connections";
import { runPulumi } from "../../review/run/pulumiPreview";
import type { Io } from "../commandIo";
import type { ConnectionOptions } from "./connectionOptions";
import {
  noConfigAdvice,
  noSuchConnectionAdvice,
  severalConnectionsAdvice,
  unsetKeyAdvice,
} from "./databaseMessages";
import type { NamedDatabase } from "./environment";

interface Request {
  readonly stack?: string;
  readonly cwd?: string;
  readonly env: Io["env"];
}

const configuration = z.record(z.string(), z.object({ value: z.string().optional() }));

/** Whether Pulumi would find a project from this folder upwards. */
export function isInProject(folder: string): boolean {
  const names = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];
  if (names.some((name) => existsSync(join(folder, name)))) return true;
  const above = dirname(resolve(folder));
  return above !== resolve(folder) && isInProject(above);
}

/**
 * The database of a stack: of the Connection in its state that its indexes are built through, else
 * of its configuration. Without a URL if neither names one. Throws {@link PgIndexError} if Pulumi
 * does not show it, or there are several.
 */
export async function databaseOfStack(
  { connection, stack, cwd }: ConnectionOptions,
  env: Io["env"],
): Promise<NamedDatabase> {
  const request = { stack, cwd, env };
  const of = stack ? `the stack ${stack}` : "the selected stack";
  const used = await readUsedConnections(request);
  const wanted = used.filter(({ name }) => connection === undefined || name === connection);
  const names = used.flatMap(({ name }) => name ?? []);
  if (connection !== undefined && wanted.length === 0)
    throw new PgIndexError(noSuchConnectionAdvice(connection, names));
  const named = wanted.flatMap(({ name, database }) =>
    name === undefined ? [] : { database: database(), from: `Connection ${name} of ${of}` },
  );
  // What has no Connection is built as the configuration says.
  const isComplete = wanted.length > 0 && wanted.length === named.length;
  const all = isComplete ? named : [...named, await configured(request, of)];
  const [first, ...others] = all;
  if (others.some(({ database }) => database.target.url !== first?.database.target.url))
    throw new PgIndexError(severalConnectionsAdvice(names));
  return first as NamedDatabase;
}

async function configured(request: Request, of: string): Promise<NamedDatabase> {
  const settings = await readConfiguration(request);
  const database = databaseFrom(settings, request.env);
  const isOwn = settings("pgindex:databaseUrl") !== undefined;
  const from = isOwn ? `pgindex:databaseUrl of ${of}` : `DATABASE_URL, with the settings of ${of}`;
  return { database, from };
}

/** The database whose URL stands in the stack's configuration under this key. */
export async function databaseOfKey(
  key: string,
  { stack, cwd }: ConnectionOptions,
  env: Io["env"],
): Promise<NamedDatabase> {
  const settings = await readConfiguration({ stack, cwd, env });
  const full = key.includes(":") ? key : `pgindex:${key}`;
  const url = settings(full) ?? settings(key);
  if (!url) throw new PgIndexError(unsetKeyAdvice(full));
  const get = (name: string) => (name === "pgindex:databaseUrl" ? url : settings(name));
  return { database: databaseFrom(get, {}), from: `${full} of the stack's configuration` };
}

/** The secrets in clear, as Pulumi gives them to the provider; they stay in memory. */
async function readConfiguration(request: Request): Promise<(key: string) => string | undefined> {
  const { stack } = request;
  const named = stack ? ["--stack", stack] : [];
  const args = ["config", "--json", "--show-secrets", "--non-interactive", ...named];
  const { stdout, stderr } = await runPulumi(args, request);
  const found = configuration.safeParse(fromJson(stdout));
  if (!found.success) throw new PgIndexError(noConfigAdvice(stderr, stack));
  return (key) => found.data[key]?.value;
}
