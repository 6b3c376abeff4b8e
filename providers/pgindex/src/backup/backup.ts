import { PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import type { SessionTarget } from "../engine/session/database";
import { type DatabaseIdentity, readDatabaseIdentity } from "../engine/session/databaseIdentity";
import { withObserver } from "../engine/session/workspace";
import { renderBytes, renderElapsed } from "../engine/text/render";
import { type Archive, readArchive } from "./archive";
import type { DesiredBackup } from "./backupArgs";
import { backupFailedAdvice } from "./backupMessages";
import type { BackupOutputs } from "./backupOutputs";
import { runTool } from "./backupTool";
import { reasonToBackUpAgain } from "./lastBackup";
import { dumpDatabase, requirePgDump, requirePgRestore, requireTables } from "./pgDump";

const SCHEMA_VERSION = 1;

/** Backs the database up, unless the last backup is recent, and is still what it was. */
export async function takeBackup(
  database: SessionTarget,
  desired: DesiredBackup,
  ctx: Context,
  previous?: BackupOutputs,
): Promise<BackupOutputs> {
  const identity = await identityOf(database);
  if (previous) {
    const reason = await reasonToBackUpAgain(previous, desired, identity);
    if (reason === undefined) {
      const age = Date.now() - Date.parse(previous.takenAt);
      ctx.log("info", `the backup of ${renderElapsed(age)} ago is recent enough`);
      return { ...previous, covers: desired.covers };
    }
    ctx.log("info", `backing up again: ${reason}`);
  }
  const takenAt = new Date().toISOString();
  const started = performance.now();
  const made = desired.command
    ? await runCommand(desired.command, desired, ctx)
    : await dumpDatabase(database, desired, ctx);
  const seconds = Math.round(performance.now() - started) / 1000;
  const { sizeBytes, file } = made;
  const what = file === null ? made.tool : `${file}, ${renderBytes(sizeBytes ?? 0)}`;
  ctx.log("info", `backed up in ${renderElapsed(seconds * 1000)}: ${what}`);
  return {
    schemaVersion: SCHEMA_VERSION,
    takenAt,
    seconds,
    ...made,
    database: identity,
    ofTables: desired.tables ?? null,
    covers: desired.covers,
  };
}

function identityOf(database: SessionTarget): Promise<DatabaseIdentity> {
  return withObserver(database, { purpose: "backup", writable: false }, readDatabaseIdentity);
}

/**
 * Throws {@link PgIndexError} if no backup can be taken. A command can only be checked by running
 * it.
 */
export async function requireBackup(
  database: SessionTarget,
  desired: DesiredBackup,
): Promise<void> {
  if (!desired.command) {
    await requirePgDump(database, desired);
    await requireTables(database, desired);
  } else if (desired.file !== undefined) await requirePgRestore(desired);
}

type Made = Pick<BackupOutputs, "tool" | "file"> & (Archive | Record<keyof Archive, null>);

/** Its output is not kept, because it could contain anything. */
async function runCommand(
  command: readonly string[],
  desired: DesiredBackup,
  ctx: Context,
): Promise<Made> {
  const tool = command[0] ?? "";
  const onTick = (elapsedMs: number) => ctx.status(`${tool}: ${renderElapsed(elapsedMs)}`);
  const { code, stderr } = await runTool(command, { env: process.env, ctx, onTick });
  if (code !== 0) throw new PgIndexError(backupFailedAdvice(tool, code, stderr));
  const { file } = desired;
  if (file === undefined) return { tool, file: null, sizeBytes: null, entries: null, sha256: null };
  return { tool, file, ...(await readArchive(file, desired, ctx)) };
}
