import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { environmentOf } from "../engine/connection/environment";
import { connectionParameters } from "../engine/connection/parameters";
import { errorText, PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import type { SessionTarget } from "../engine/session/database";
import { onlyRow } from "../engine/session/query";
import { withObserver } from "../engine/session/workspace";
import { renderBytes, renderElapsed } from "../engine/text/render";
import type { DesiredBackup } from "./backupArgs";
import {
  backupFailedAdvice,
  noDirectoryAdvice,
  noPgDumpAdvice,
  oldPgDumpAdvice,
  unreadableDumpAdvice,
} from "./backupMessages";
import { runTool } from "./backupTool";

/** A dump that was written and read back. */
export interface Dump {
  readonly file: string;
  readonly sizeBytes: number;
  /** Number of entries in the archive's table of contents. */
  readonly entries: number;
  /** `pg_dump (PostgreSQL) 15.18` */
  readonly tool: string;
}

interface Server {
  readonly major: number;
  readonly database: string;
}

/** Checks that pg_dump is installed and not older than the server. Throws {@link PgIndexError}. */
export async function requirePgDump(
  source: SessionTarget,
  { pgDump }: Pick<DesiredBackup, "pgDump">,
): Promise<{ readonly tool: string } & Server> {
  const { code, stdout, stderr } = await runTool([pgDump, "--version"], { env: process.env });
  const major = Number(/\d+/.exec(stdout)?.[0]);
  if (code !== 0 || !major) throw new PgIndexError(noPgDumpAdvice(pgDump, stderr || "it failed"));
  const session = { purpose: "backup", writable: false };
  const server = await withObserver(source, session, async (observer): Promise<Server> => {
    const rows = await observer.query<Server>(
      `SELECT current_setting('server_version_num')::int / 10000 AS major,
              current_database() AS database`,
    );
    return onlyRow(rows);
  });
  if (major < server.major) throw new PgIndexError(oldPgDumpAdvice(pgDump, major, server.major));
  return { tool: stdout.trim(), ...server };
}

/**
 * Dumps the database in pg_dump's custom format, under a temporary name until it is complete and
 * pg_restore has read its table of contents.
 *
 * @see https://www.postgresql.org/docs/current/app-pgdump.html
 */
export async function dumpDatabase(
  source: SessionTarget,
  desired: DesiredBackup,
  ctx: Context,
): Promise<Dump> {
  const { tool, database } = await requirePgDump(source, desired);
  const { directory, pgDump, tables = [] } = desired;
  const file = join(directory, `${fileName(database)}-${stamp(new Date())}.dump`);
  const partial = `${file}.partial`;
  await makeDirectory(directory);
  const env = { ...process.env, ...environmentOf(connectionParameters(source.target.url)) };
  const onTick = async (elapsedMs: number) => {
    const size = (await stat(partial).catch(() => undefined))?.size ?? 0;
    ctx.status(`pg_dump: ${renderBytes(size)}, ${renderElapsed(elapsedMs)}`);
  };
  // Only the child's environment has the password. --no-password, because nobody is there to type
  // one.
  const chosen = tables.map((table) => `--table=${table}`);
  const args = [pgDump, "--format=custom", "--no-password", `--file=${partial}`, ...chosen];
  try {
    const { code, stderr } = await runTool(args, { env, ctx, onTick });
    if (code !== 0) throw new PgIndexError(backupFailedAdvice("pg_dump", code, stderr));
    await chmod(partial, 0o600);
    const entries = await countEntries(pgDump, partial);
    await rename(partial, file);
    return { file, sizeBytes: (await stat(file)).size, entries, tool };
  } finally {
    await rm(partial, { force: true });
  }
}

/** An archive is only as good as what pg_restore can read of it. */
async function countEntries(pgDump: string, file: string): Promise<number> {
  const pgRestore = join(dirname(pgDump), basename(pgDump).replace("pg_dump", "pg_restore"));
  const program = pgDump.includes("/") ? pgRestore : basename(pgRestore);
  const { code, stdout, stderr } = await runTool([program, "--list", file], { env: process.env });
  const entries = stdout.split("\n").filter((line) => /^\d+;/.test(line)).length;
  if (code !== 0) throw new PgIndexError(unreadableDumpAdvice(file, stderr));
  if (entries === 0) throw new PgIndexError(unreadableDumpAdvice(file, "it is empty"));
  return entries;
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new PgIndexError(noDirectoryAdvice(directory, errorText(error)), { cause: error });
  }
}

function fileName(database: string): string {
  return database.replaceAll(/[^\w.-]/g, "_");
}

/** `20261122T220441123Z` */
function stamp(now: Date): string {
  return now.toISOString().replaceAll(/[-:.]/g, "");
}
