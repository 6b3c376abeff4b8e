import { CancelledError, firstLine } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import { type Inventory, readInventory } from "../engine/record/inventory";
import type { Database } from "../engine/session/database";
import { databaseLine } from "../engine/session/databaseIdentity";
import { newerServerLine } from "../engine/session/sessionMessages";
import { sightLine } from "../engine/sight/rights";
import { PendingChanges } from "./drizzle/pendingChanges";
import type { EngineLog } from "./engineLog";
import { DeclaredBuilds } from "./indexes/declaredBuilds";
import { DeclaredIndexes } from "./indexes/declaredIndexes";
import { EarlierBuilds } from "./indexes/earlierBuilds";
import { Looks } from "./indexes/looks";
import { RunDeclarations } from "./indexes/runDeclarations";
import { Twins } from "./indexes/twins";
import { Review } from "./review/review";
import { databaseFrom } from "./settings/connectionSettings";

/** Shared by all resource providers in one process: the database and the log to Pulumi. */
export interface Runtime {
  /** The configured database. Throws {@link PgIndexError} for invalid settings. */
  database(): Database;
  /**
   * Every index of the database, read once per process; undefined if it cannot be read. The first
   * call also says which database this is.
   */
  inventory(): Promise<Inventory | undefined>;
  /** What the program has declared in this run. */
  readonly declared: DeclaredIndexes;
  /** What all processes of the run have. */
  readonly declaredInRun: RunDeclarations;
  /** What it is about to build. */
  readonly builds: DeclaredBuilds;
  /** What the state has of the builds of others. */
  readonly earlier: EarlierBuilds;
  /** What its looks at each index have shown. */
  readonly looks: Looks;
  /** Migrations that the preview has shown: what they add is not there yet. */
  readonly pending: PendingChanges;
  /** The PostgreSQL that plans without building: of this process, and ends with it. */
  readonly twins: Twins;
  /** The plan that this run is held to, if there is one. */
  readonly review: Review;
  /** What a missing right hides from us: said once per process. */
  hint(): Promise<string | undefined>;
  context(urn: string | undefined): Context;
  /** Counts running operations: an orphaned process ends only after the last one. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** How the process is told to stop. */
  readonly stop: StopSignals;
  /** Returns false, and changes nothing, if it was configured before. */
  configure(get: (key: string) => string | undefined): boolean;
}

/** Callbacks for each way in which the provider's process is told to stop. */
export interface StopSignals {
  /** The user cancelled: stop running operations and clean up. */
  readonly onCancel: () => void;
  /** The engine wants the process to end within 5 s: stop running operations, then exit. */
  readonly onTerminate: () => void;
  /** The Pulumi CLI is gone: finish running operations, start no others. */
  readonly onOrphaned: () => void;
}

/** Time to send the answer to Pulumi before the process exits, which discards unsent data. */
const ANSWER_MS = 2_000;

function reporting(database: Database, report: (message: string) => void): Database {
  return { ...database, session: { ...database.session, report } };
}

/**
 * Creates this process's runtime. Nothing happens before the first `configure`. `engine`: the address
 * of Pulumi's engine.
 */
export function createRuntime(log: EngineLog, engine: string | undefined): Runtime {
  const cancel = new AbortController();
  const drain = new AbortController();
  let setting: ((key: string) => string | undefined) | undefined;
  let database: Database | undefined;
  let inventory: Promise<Inventory | undefined> | undefined;
  let isHinted = false;
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
    database() {
      const report = (message: string) => log.write("info", message, undefined, true);
      database ??= reporting(databaseFrom(setting ?? (() => undefined), process.env), report);
      return database;
    },
    inventory() {
      inventory ??= announced(() => readInventory(this.database()), log);
      return inventory;
    },
    ...memoryOf(engine, (key) => setting?.(key)),
    async hint() {
      if (isHinted) return undefined;
      isHinted = true;
      // It is no reason to refuse a preview.
      return sightLine(this.database()).catch(() => undefined);
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
    stop: {
      onCancel: () => cancel.abort(new CancelledError("cancelled")),
      onTerminate: () => end(cancel),
      onOrphaned: () => end(drain),
    },
    configure(get) {
      if (setting) return false;
      setting = get;
      return true;
    },
  };
}

type Memory =
  | "declared"
  | "declaredInRun"
  | "builds"
  | "earlier"
  | "looks"
  | "pending"
  | "twins"
  | "review";

function memoryOf(
  engine: string | undefined,
  setting: (key: string) => string | undefined,
): Pick<Runtime, Memory> {
  return {
    review: new Review(setting),
    declared: new DeclaredIndexes(),
    declaredInRun: new RunDeclarations(engine),
    builds: new DeclaredBuilds(),
    earlier: new EarlierBuilds(),
    looks: new Looks(),
    pending: new PendingChanges(),
    twins: new Twins(),
  };
}

/** Says once which database a command talks to, or that it could not be looked at. */
async function announced(
  read: () => Promise<Inventory>,
  log: EngineLog,
): Promise<Inventory | undefined> {
  try {
    const inventory = await read();
    const { database, serverVersion } = inventory;
    log.write("info", databaseLine(database, serverVersion), "", false);
    const newer = newerServerLine(serverVersion);
    if (newer) log.write("warning", newer, "", false);
    return inventory;
  } catch (error) {
    const text =
      "the database could not be looked at, so indexes that are missing or changed there go " +
      `unseen: ${firstLine(error)}`;
    log.write("warning", text, "", false);
    return undefined;
  }
}
