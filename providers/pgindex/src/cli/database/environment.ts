import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import {
  namesDatabase,
  type Parameters,
  readEnvironment,
} from "../../engine/connection/environment";
import { type Database, databaseOf } from "../../engine/session/database";
import type { Io } from "../commandIo";

/** A database, and where it was named. */
export interface NamedDatabase {
  readonly database: Database;
  readonly from: string;
}

const FILE = ".env";

/** The environment, and beneath it the folder's `.env`, which is read and never run. */
export function readEnvironments({ env }: Io, folder: string) {
  const file = readDotenv(join(folder, FILE));
  const all: Io["env"] = { ...file, ...definedIn(env) };
  /** Where a variable stands. */
  const placeOf = (name: string) => (env[name] === undefined ? `${name} of ${FILE}` : name);
  return { all, file, placeOf };
}

function readDotenv(path: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

function definedIn(env: Io["env"]): Io["env"] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

export type Environments = ReturnType<typeof readEnvironments>;

/** What the environment names: `DATABASE_URL` before libpq's variables. */
export function namedByEnvironment({
  all,
  file,
  placeOf,
}: Environments): NamedDatabase | undefined {
  const { DATABASE_URL: url } = all;
  if (url) return { database: databaseOf({ url }), from: placeOf("DATABASE_URL") };
  const parameters = readEnvironment(all);
  if (!namesDatabase(parameters)) return undefined;
  const ofFile = Object.keys(readEnvironment(file)).length > 0;
  // Those of this process are read with every connection.
  if (!ofFile) return { database: databaseOf({}), from: "the PG* variables" };
  const database = databaseOf({ url: urlOf(parameters) });
  return { database, from: `the PG* variables, also of ${FILE}` };
}

function urlOf(parameters: Parameters): string {
  const query = Object.entries(parameters).map(
    ([keyword, value = ""]) => `${keyword}=${encodeURIComponent(value)}`,
  );
  return `postgresql://?${query.join("&")}`;
}
