import type { Target } from "../connection/target";
import type { PatienceOptions } from "../declare/patienceOptions";

/** What becomes of a statement on the server when the process that waits for it is gone. */
export type WhenClientVanishes = "finish" | "stop";

/** What every session at a database is like. */
export interface SessionSettings {
  /** Connect although a pooler answers for the server. */
  readonly allowPooler: boolean;
  /** Build although concurrent builds of PostgreSQL 14.0 to 14.3 may leave rows out. */
  readonly allowCorruptingServer: boolean;
  /** The role to act as, where it is another than the one that logs in. */
  readonly role?: string;
  readonly whenClientVanishes: WhenClientVanishes;
}

/** What a session has to know: where it connects to, and what it is like. */
export interface SessionTarget {
  readonly target: Target;
  readonly session: SessionSettings;
}

/** The database that a Connection stands for, with nothing left to read. */
export interface Database extends SessionTarget {
  /** Standbys whose scans count too, by name. */
  readonly replicas: Readonly<Record<string, Target>>;
  /** Builds on different tables that may run side by side. */
  readonly maxConcurrentBuilds: number;
  /** What operations may take where their resource does not say it. */
  readonly patience: PatienceOptions;
}

/** What may be said of a database; {@link databaseOf} has the defaults. */
export interface DatabaseSettings extends Partial<SessionSettings>, Target {
  /** URLs of standbys, by name. */
  readonly replicas?: Readonly<Record<string, string>>;
  readonly maxConcurrentBuilds?: number;
  readonly patience?: PatienceOptions;
}

export function databaseOf({
  url,
  replicas = {},
  maxConcurrentBuilds = 2,
  patience = {},
  allowPooler = false,
  allowCorruptingServer = false,
  role,
  whenClientVanishes = "finish",
}: DatabaseSettings): Database {
  const targets = Object.entries(replicas).map(([name, ofReplica]) => [name, { url: ofReplica }]);
  return {
    target: { url },
    session: { allowPooler, allowCorruptingServer, role, whenClientVanishes },
    replicas: Object.fromEntries(targets),
    maxConcurrentBuilds,
    patience,
  };
}
