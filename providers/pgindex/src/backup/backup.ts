import type { Target } from "../engine/connection/target";
import { PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import { renderBytes, renderElapsed } from "../engine/text/render";
import type { DesiredBackup } from "./backupArgs";
import { backupFailedAdvice } from "./backupMessages";
import { runTool } from "./backupTool";
import { dumpDatabase, requirePgDump } from "./pgDump";

/** What a `Backup` leaves in Pulumi's state: plain JSON, no secret. */
export interface BackupOutputs {
  readonly schemaVersion: number;
  /** When it began, by this machine's clock, ISO 8601: what was committed before is in it. */
  readonly takenAt: string;
  readonly seconds: number;
  /** `pg_dump (PostgreSQL) 18.4`, or the program that was run. */
  readonly tool: string;
  /** The dump; null where a command made the backup. */
  readonly file: string | null;
  readonly sizeBytes: number | null;
  /** Entries of the archive's table of contents, as pg_restore lists them. */
  readonly entries: number | null;
  readonly covers: string;
}

const SCHEMA_VERSION = 1;

/** Backs the database up, or says that the last backup is recent enough. */
export async function takeBackup(
  target: Target,
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
    : await dumpDatabase(target, desired, ctx);
  const seconds = Math.round(performance.now() - started) / 1000;
  const { sizeBytes, file } = made;
  const what = file === null ? made.tool : `${file}, ${renderBytes(sizeBytes ?? 0)}`;
  ctx.log("info", `backed up in ${renderElapsed(seconds * 1000)}: ${what}`);
  return { schemaVersion: SCHEMA_VERSION, takenAt, seconds, ...made, covers: desired.covers };
}

/**
 * Whether a backup could be taken. Throws {@link PgIndexError}. A command is only known by running
 * it.
 */
export async function requireBackup(target: Target, desired: DesiredBackup): Promise<void> {
  if (!desired.command) await requirePgDump(target, desired);
}

/** What it prints is not kept: it may be anything. */
async function runCommand(command: readonly string[], ctx: Context) {
  const tool = command[0] ?? "";
  const onTick = (elapsedMs: number) => ctx.status(`${tool}: ${renderElapsed(elapsedMs)}`);
  const { code, stderr } = await runTool(command, { env: process.env, ctx, onTick });
  if (code !== 0) throw new PgIndexError(backupFailedAdvice(tool, code, stderr));
  return { tool, file: null, sizeBytes: null, entries: null };
}
