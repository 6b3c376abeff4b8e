import { connectionParameters } from "../../engine/connection/parameters";
import {
  DEFAULT_PASSWORD_AGE_MS,
  type PasswordCommand,
} from "../../engine/connection/password/passwordCommand";
import { addressesOf, describeTarget } from "../../engine/connection/target";
import { readUrl } from "../../engine/connection/url/readUrl";
import { firstLine, PgIndexError } from "../../engine/errors/advice";
import { type Database, databaseOf } from "../../engine/session/database";
import { passwordCommandSetting } from "../../provider/settings/connectionSettings";
import { type Io, redact } from "../commandIo";
import type { ConnectionOptions } from "./connectionOptions";
import {
  badPasswordCommandAdvice,
  nothingNamedLine,
  unsetUrlAdvice,
  urlAsArgumentAdvice,
} from "./databaseMessages";
import {
  type Environments,
  type NamedDatabase,
  namedByEnvironment,
  readEnvironments,
} from "./environment";
import { databaseOfKey, databaseOfStack, isInProject } from "./stackDatabase";

/** The options of a command, and `state` of one that is about a stack. */
interface Wanted extends ConnectionOptions {
  readonly state?: string;
}

/** What the command is about: a stack's own database comes before the environment's. */
type About = "database" | "stack";

const VARIABLE = "DATABASE_URL";

/**
 * The database that a command looks at, said on standard error with where it was named:
 *
 * 1. by an option: the URL, its variable, or its key in the stack's configuration
 * 2. by the stack, if the command is about one or `--stack` names it: the Connection in its state,
 *    else its configuration
 * 3. by `DATABASE_URL`, of the environment, else of `.env`
 * 4. by the `PG*` variables, likewise
 *
 * Where none does, it is the local server, as with libpq, and what was looked at is said.
 */
export async function findDatabase(
  options: Wanted,
  io: Io,
  about: About = "database",
): Promise<Database> {
  const searched = await search(options, io, about);
  if (searched.found) return sayFound(searched.found, searched, io);
  if (searched.problem) throw searched.problem;
  const database = withOptions(databaseOf({}), options);
  io.stderr(redact(`${nothingNamedLine(searched.looked, targetLine(database))}\n`));
  return database;
}

/** As {@link findDatabase}, but undefined, and nothing said, where nothing names a database. */
export async function findNamedDatabase(
  options: Wanted,
  io: Io,
  about: About,
): Promise<Database | undefined> {
  const searched = await search(options, io, about);
  return searched.found && sayFound(searched.found, searched, io);
}

function sayFound({ from, database }: NamedDatabase, { problem }: Search, io: Io): Database {
  if (problem) io.stderr(redact(`not the stack's own database: ${firstLine(problem)}\n`));
  io.stderr(redact(`${from}: ${targetLine(database)}\n`));
  return database;
}

function targetLine({ target }: Database): string {
  const parameters = connectionParameters(target.url);
  return describeTarget(addressesOf(parameters), parameters);
}

interface Search {
  readonly found?: NamedDatabase;
  /** The places that name none. */
  readonly looked: readonly string[];
  /** Why the stack could not be asked, which then was not asked for by name. */
  readonly problem?: PgIndexError;
}

async function search(options: Wanted, io: Io, about: About): Promise<Search> {
  const { config, cwd = "." } = options;
  const environments = readEnvironments(io, cwd);
  const { all } = environments;
  const given =
    byOption(options, environments) ??
    (config === undefined ? undefined : await databaseOfKey(config, options, all));
  const ofStack = given ? { found: given, looked: [] } : await byStack(options, about, all);
  const found = ofStack.found ?? namedByEnvironment(environments);
  const looked = [...ofStack.looked, VARIABLE, ".env", "the PG* variables"];
  if (!found) return { ...ofStack, looked };
  return {
    ...ofStack,
    found: { ...found, database: withOptions(found.database, options) },
    looked,
  };
}

/**
 * A URL with a password is taken from the environment only: every user of a machine sees the
 * arguments of its processes.
 */
function byOption(
  { databaseUrl: url, databaseUrlEnv: name }: Wanted,
  { all, placeOf }: Environments,
): NamedDatabase | undefined {
  if (url !== undefined && !hasNoPassword(url))
    throw new PgIndexError(urlAsArgumentAdvice(VARIABLE));
  if (url !== undefined) return { from: "--database-url", database: databaseOf({ url }) };
  if (name === undefined) return undefined;
  if (!/^\w+$/.test(name)) throw new PgIndexError(urlAsArgumentAdvice(VARIABLE));
  if (!all[name]) throw new PgIndexError(unsetUrlAdvice(name));
  return { from: placeOf(name), database: databaseOf({ url: all[name] }) };
}

function hasNoPassword(url: string): boolean {
  try {
    return readUrl(url).password === undefined;
  } catch {
    return false;
  }
}

async function byStack(options: Wanted, about: About, env: Io["env"]): Promise<Search> {
  const { stack, connection, state, cwd = "." } = options;
  const isNamed = stack !== undefined || connection !== undefined;
  const isAsked =
    about === "stack" ? state === undefined && (isNamed || isInProject(cwd)) : isNamed;
  if (!isAsked) return { looked: [] };
  try {
    const found = await databaseOfStack(options, env);
    if (found.database.target.url !== undefined) return { found, looked: [] };
    return { looked: ["the stack, which names none"] };
  } catch (problem) {
    const isNeeded = about === "database" || connection !== undefined;
    if (isNeeded || !(problem instanceof PgIndexError)) throw problem;
    return { looked: ["the stack"], problem };
  }
}

function withOptions(
  database: Database,
  { allowPooler, role, passwordCommand: json }: Wanted,
): Database {
  const passwordCommand = json === undefined ? undefined : readCommand(json);
  return {
    ...database,
    target: { ...database.target, ...(passwordCommand && { passwordCommand }) },
    session: {
      ...database.session,
      ...(allowPooler && { allowPooler }),
      ...(role !== undefined && { role }),
    },
  };
}

function readCommand(json: string): PasswordCommand {
  const { data: command } = passwordCommandSetting.safeParse(json);
  if (!command) throw new PgIndexError(badPasswordCommandAdvice());
  return { command, maxAgeMs: DEFAULT_PASSWORD_AGE_MS };
}
