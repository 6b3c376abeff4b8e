import type { DatabaseIdentity } from "../engine/session/databaseIdentity";

/** What a `Backup` stores in Pulumi's state: plain JSON without secrets. */
export interface BackupOutputs {
  readonly schemaVersion: number;
  /**
   * When it began, by this machine's clock, ISO 8601. It contains everything committed before then.
   */
  readonly takenAt: string;
  readonly seconds: number;
  /** `pg_dump (PostgreSQL) 18.4`, or the program that was run. */
  readonly tool: string;
  /** Path of the dump; null if a command made the backup and named no file. */
  readonly file: string | null;
  readonly sizeBytes: number | null;
  /** Number of entries in the archive's table of contents; null without one. */
  readonly entries: number | null;
  /** SHA-256 of the dump in hexadecimal. Missing in outputs from older releases. */
  readonly sha256?: string | null;
  /** The database that it is of. Missing in outputs from older releases. */
  readonly database?: DatabaseIdentity;
  /** The tables that were asked for; null for all. Missing in outputs from older releases. */
  readonly ofTables?: readonly string[] | null;
  readonly covers: string;
}
