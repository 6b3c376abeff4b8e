import type { Target } from "../connection/target";
import type { BuildSettings } from "../declare/buildSettings";
import type { PatienceOptions } from "../declare/patienceOptions";
import type { HazardPolicy } from "../hazards/rules";
import type { Stage } from "../hazards/stage";

/** What happens to a statement on the server when the process that waits for it is gone. */
export type WhenClientVanishes = "finish" | "stop";

/** Settings that apply to every session on a database. */
export interface SessionSettings {
  /** Connect even if a pooler answers in the server's place. */
  readonly allowPooler: boolean;
  /** Build even on PostgreSQL 14.0 to 14.3, whose concurrent builds can leave rows out. */
  readonly allowCorruptingServer: boolean;
  /** The role to act as, if it is not the one that logs in. */
  readonly role?: string;
  readonly whenClientVanishes: WhenClientVanishes;
  /** Another database than the state's in which a destroy may drop, as messages name it. */
  readonly acceptDatabase?: string;
  /** How many sessions this process has on the server at the same time. */
  readonly maxConnections: number;
  /** Shows a wait for a free connection where the work itself shows nothing. */
  readonly report?: (message: string) => void;
}

/** Where a session connects to, and its settings. */
export interface SessionTarget {
  readonly target: Target;
  readonly session: SessionSettings;
}

/** The database of a Connection, with every setting resolved. */
export interface Database extends SessionTarget {
  /** Standbys whose index scans count too, by name. */
  readonly replicas: Readonly<Record<string, Target>>;
  /** The role of the application, whose queries are measured, where a query names none. */
  readonly applicationRole?: string;
  /** How many builds on different tables can run at the same time. */
  readonly maxConcurrentBuilds: number;
  /** How many verifications, and how many measurings of queries, can run at the same time. */
  readonly maxConcurrentMeasurements: number;
  /** Of the sessions that build, where the resource sets none. */
  readonly buildSettings: BuildSettings;
  /** The limits of operations whose resource sets none. */
  readonly patience: PatienceOptions;
  /** Whether the comment of an index names its owner. */
  readonly ownershipMarks: boolean;
  /** Whether a preview foretells the plans of the queries that an index serves. */
  readonly predictPlans: boolean;
  /** What is made of hazards, where the resource says nothing. */
  readonly hazards: HazardPolicy;
  /** Undefined: told by the stack's name. */
  readonly stage?: Stage;
}

/** The settings of a database, all optional; {@link databaseOf} has the defaults. */
export interface DatabaseSettings extends Partial<SessionSettings>, Target {
  /** URLs of standbys, by name. */
  readonly replicas?: Readonly<Record<string, string>>;
  readonly applicationRole?: string;
  readonly maxConcurrentBuilds?: number;
  readonly ownershipMarks?: boolean;
  readonly predictPlans?: boolean;
  readonly maxConcurrentMeasurements?: number;
  readonly buildSettings?: BuildSettings;
  readonly patience?: PatienceOptions;
  readonly hazards?: HazardPolicy;
  readonly stage?: Stage;
}

export function databaseOf({
  url,
  passwordCommand,
  replicas = {},
  applicationRole,
  maxConcurrentBuilds = 2,
  ownershipMarks = true,
  predictPlans = true,
  maxConcurrentMeasurements = 2,
  maxConnections = Math.max(10, 3 * maxConcurrentBuilds + 2 * maxConcurrentMeasurements),
  buildSettings = {},
  patience = {},
  hazards = {},
  stage,
  allowPooler = false,
  allowCorruptingServer = false,
  role,
  whenClientVanishes = "finish",
  acceptDatabase,
  report,
}: DatabaseSettings): Database {
  const targets = Object.entries(replicas).map(([name, ofReplica]) => [
    name,
    { url: ofReplica, passwordCommand },
  ]);
  return {
    target: { url, passwordCommand },
    session: {
      allowPooler,
      allowCorruptingServer,
      role,
      whenClientVanishes,
      acceptDatabase,
      maxConnections,
      report,
    },
    replicas: Object.fromEntries(targets),
    ...(applicationRole !== undefined && { applicationRole }),
    maxConcurrentBuilds,
    maxConcurrentMeasurements,
    ownershipMarks,
    predictPlans,
    buildSettings,
    patience,
    hazards,
    ...(stage !== undefined && { stage }),
  };
}
