import { PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import type { SessionTarget } from "../engine/session/database";
import { renderBytes, renderElapsed } from "../engine/text/render";
import type { DesiredBackup } from "./backupArgs";
import { backupFailedAdvice } from "./backupMessages";
import { runTool } from "./backupTool";
import { dumpDatabase, requirePgDump } from "./pgDump";

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
  /** Path of the dump; null if a command made the backup. */
  readonly file: string | null;
  readonly sizeBytes: number | null;
  /** Number of entries in the archive's table of contents, as listed by pg_restore. */
  readonly entries: number | null;
  readonly covers: string;
}

const SCHEMA_VERSION = 1;

/** Backs the database up, unless the last backup is recent enough. */
export async function takeBackup(
  database: SessionTarget,
  desired: DesiredBackup,
  ctx: Context,
  previous?: BackupOutputs,
): Promise<BackupOutputs> {
  const age = previous && Date.now() - Date.parse(previous.takenAt);
  if (previous && age !== undefined && age <= desired.maximumAgeMs) {
    ctx.log("info", `the backup of ${renderElapsed(age)} ago is recent enough`);
    return { ...previous, covers: desired.covers };
  }
  const takenAt = new Date().toISOString();
  const started = performance.now();
  const made = desired.command
    ? await runCommand(desired.command, ctx)
    : await dumpDatabase(database, desired, ctx);
  const seconds = Math.round(performance.now() - started) / 1000;
  const { sizeBytes, file } = made;
  const what = file === null ? made.tool : `${file}, ${renderBytes(sizeBytes ?? 0)}`;
  ctx.log("info", `backed up in ${renderElapsed(seconds * 1000)}: ${what}`);
  return { schemaVersion: SCHEMA_VERSION, takenAt, seconds, ...made, covers: desired.covers };
}

/**
 * Throws {@link PgIndexError} if no backup can be taken. A command can only be checked by running
 * it.
 */
export async function requireBackup(
  database: SessionTarget,
  desired: DesiredBackup,
): Promise<void> {
  if (!desired.command) await requirePgDump(database, desired);
}

/** Its output is not kept, because it could contain anything. */
async function runCommand(command: readonly string[], ctx: Context) {
  const tool = command[0] ?? "";
  const onTick = (elapsedMs: number) => ctx.status(`${tool}: ${renderElapsed(elapsedMs)}`);
  const { code, stderr } = await runTool(command, { env: process.env, ctx, onTick });
  if (code !== 0) throw new PgIndexError(backupFailedAdvice(tool, code, stderr));
  return { tool, file: null, sizeBytes: null, entries: null };
}
