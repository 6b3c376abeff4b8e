import { isDeepStrictEqual } from "node:util";
import type { DatabaseIdentity } from "../engine/session/databaseIdentity";
import { renderElapsed } from "../engine/text/render";
import { checksumOf } from "./archive";
import type { DesiredBackup } from "./backupArgs";
import type { BackupOutputs } from "./backupOutputs";

/** Clocks of two machines may differ by this much. */
const CLOCK_MS = 60_000;

/**
 * Why the last backup does not stand for a new one; undefined if it does: recent, of this database,
 * with what is asked for, and every byte still there.
 */
export async function reasonToBackUpAgain(
  last: BackupOutputs,
  desired: DesiredBackup,
  database: DatabaseIdentity,
): Promise<string | undefined> {
  const age = Date.now() - Date.parse(last.takenAt);
  if (!(age <= desired.maximumAgeMs)) return `the last one is ${renderElapsed(age)} old`;
  if (age < -CLOCK_MS) return "by this machine's clock, the last one was taken in the future";
  return otherDatabase(last, database) ?? otherContents(last, desired) ?? (await fileReason(last));
}

function otherDatabase(last: BackupOutputs, database: DatabaseIdentity): string | undefined {
  if (!last.database) return "of the last one, an older release did not record the database";
  const { systemIdentifier, oid, name } = last.database;
  const isSame = systemIdentifier === database.systemIdentifier && oid === database.oid;
  if (isSame) return undefined;
  return `the last one is of another database: ${name} of cluster ${systemIdentifier}`;
}

function otherContents(last: BackupOutputs, desired: DesiredBackup): string | undefined {
  const { command, file, tables } = desired;
  const isDump = last.tool.startsWith("pg_dump (");
  if (command ? last.tool !== command[0] : !isDump) return `the last one was made by ${last.tool}`;
  if (file !== undefined && last.file === null) return "of the last one, no file was checked";
  const isCommand = command !== undefined;
  if (isCommand || isDeepStrictEqual(last.ofTables, tables ?? null)) return undefined;
  return `the last one has ${last.ofTables?.join(", ") ?? "every table"}`;
}

async function fileReason({ file, sha256 }: BackupOutputs): Promise<string | undefined> {
  if (file === null) return undefined;
  try {
    if ((await checksumOf(file)) === sha256) return undefined;
    return `${file} is not the file that was written`;
  } catch {
    return `${file} is gone`;
  }
}
