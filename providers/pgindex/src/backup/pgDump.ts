import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import { environmentOf } from "../engine/connection/environment";
import { parametersWithPassword } from "../engine/connection/password/password";
import { errorText, PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import type { SessionTarget } from "../engine/session/database";
import { onlyRow } from "../engine/session/query";
import { withObserver } from "../engine/session/workspace";
import { renderBytes, renderElapsed } from "../engine/text/render";
import { type Archive, listEntries, pgRestoreOf, readArchive, TOOL_ENV } from "./archive";
import type { DesiredBackup } from "./backupArgs";
import {
  dumpFailedAdvice,
  noDirectoryAdvice,
  noPgDumpAdvice,
  oldPgDumpAdvice,
  partitionMissingAdvice,
} from "./backupMessages";
import { runTool } from "./backupTool";

/** A dump that was written and read back. */
export interface Dump extends Archive {
  readonly file: string;
  /** `pg_dump (PostgreSQL) 15.18` */
  readonly tool: string;
}

interface Tool {
  /** `pg_dump (PostgreSQL) 15.18` */
  readonly tool: string;
  readonly major: number;
}

interface Server {
  readonly serverMajor: number;
  readonly database: string;
}

/** Checks that pg_dump is installed and not older than the server. Throws {@link PgIndexError}. */
export async function requirePgDump(
  source: SessionTarget,
  { pgDump }: Pick<DesiredBackup, "pgDump">,
): Promise<Tool & Server> {
  const tool = await requireProgram(pgDump);
  const session = { purpose: "backup", writable: false };
  const server = await withObserver(source, session, async (observer): Promise<Server> => {
    const rows = await observer.query<Server>(
      `SELECT current_setting('server_version_num')::int / 10000 AS "serverMajor",
              current_database() AS database`,
    );
    return onlyRow(rows);
  });
  if (tool.major < server.serverMajor)
    throw new PgIndexError(oldPgDumpAdvice(pgDump, tool.major, server.serverMajor));
  await requirePgRestore({ pgDump });
  return { ...tool, ...server };
}

/** Checks that the program that reads a dump back is installed. Throws {@link PgIndexError}. */
export async function requirePgRestore({ pgDump }: Pick<DesiredBackup, "pgDump">): Promise<void> {
  await requireProgram(pgRestoreOf(pgDump));
}

async function requireProgram(program: string): Promise<Tool> {
  const { code, stdout, stderr } = await runTool([program, "--version"], { env: TOOL_ENV });
  const major = Number(/\d+/.exec(stdout)?.[0]);
  if (code !== 0 || !major) throw new PgIndexError(noPgDumpAdvice(program, stderr || "it failed"));
  return { tool: stdout.trim(), major };
}

/** Longer than an ordinary lock, shorter than a preview's reader waits. */
const LOCK_MS = 3_000;

/**
 * Lets pg_dump itself say whether each of the tables is there and may be read, before anything
 * changes. Throws {@link PgIndexError}.
 */
export async function requireTables(source: SessionTarget, desired: DesiredBackup): Promise<void> {
  if (!desired.tables) return;
  const options = ["--schema-only", `--lock-wait-timeout=${LOCK_MS}`, `--file=${devNull}`];
  const { command, env } = await pgDumpCommand(source, desired, options);
  const { code, stderr } = await runTool(command, { env });
  const isLocked = /lock timeout/.test(stderr);
  if (code !== 0 && !isLocked) throw new PgIndexError(dumpFailedAdvice(code, stderr));
}

/**
 * Only the child's environment has the password. --no-password, because nobody is there to type
 * one. Without --strict-names, a misspelt table is left out in silence if another one matches.
 */
async function pgDumpCommand(
  source: SessionTarget,
  { pgDump, tables = [] }: Pick<DesiredBackup, "pgDump" | "tables">,
  options: readonly string[],
) {
  const parameters = await parametersWithPassword(source.target);
  const { role } = source.session;
  const command = [
    pgDump,
    ...options,
    "--no-password",
    ...(role === undefined ? [] : [`--role=${role}`]),
    ...(tables.length > 0 ? ["--strict-names"] : []),
    ...tables.map((table) => `--table=${table}`),
  ];
  // Of several hosts, the first that answers can be a standby that lags behind.
  const attributes = parameters.host?.includes(",") && { PGTARGETSESSIONATTRS: "read-write" };
  return { command, env: { ...TOOL_ENV, ...attributes, ...environmentOf(parameters) } };
}

/**
 * Dumps the database in pg_dump's custom format, under a temporary name until it is complete and
 * pg_restore has read it to its end.
 *
 * @see https://www.postgresql.org/docs/current/app-pgdump.html
 */
export async function dumpDatabase(
  source: SessionTarget,
  desired: DesiredBackup,
  ctx: Context,
): Promise<Dump> {
  const { tool, database } = await requirePgDump(source, desired);
  const file = join(desired.directory, `${fileName(database)}-${stamp(new Date())}.dump`);
  const partial = `${file}.partial`;
  await makeDirectory(desired.directory);
  const onTick = async (elapsedMs: number) => {
    const size = (await stat(partial).catch(() => undefined))?.size ?? 0;
    ctx.status(`pg_dump: ${renderBytes(size)}, ${renderElapsed(elapsedMs)}`);
  };
  const options = ["--format=custom", `--file=${partial}`];
  const { command, env } = await pgDumpCommand(source, desired, options);
  try {
    const { code, stderr } = await runTool(command, { env, ctx, onTick });
    if (code !== 0) throw new PgIndexError(dumpFailedAdvice(code, stderr));
    await chmod(partial, 0o600);
    const archive = await readArchive(partial, desired, ctx);
    await requirePartitions(source, desired, partial);
    await rename(partial, file);
    return { file, tool, ...archive };
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * `--table` of a partitioned table dumps its definition alone: the rows are those of its
 * partitions. Throws {@link PgIndexError} if one of them is not in the dump.
 */
async function requirePartitions(
  source: SessionTarget,
  { pgDump, tables }: DesiredBackup,
  file: string,
): Promise<void> {
  if (!tables) return;
  const entries = await listEntries(pgRestoreOf(pgDump), file);
  // `215; 1259 16386 TABLE public t owner`
  const oids = entries.flatMap(
    (line) => /^\d+; 1259 (\d+) (?:FOREIGN )?TABLE /.exec(line)?.[1] ?? [],
  );
  const session = { purpose: "backup", writable: false };
  const [missing] = await withObserver(source, session, (observer) =>
    observer.query<{ partition: string; table: string }>(
      `SELECT p.relid::regclass::text AS partition, t.oid::regclass::text AS table
         FROM pg_class t, pg_partition_tree(t.oid) AS p
        WHERE t.oid = ANY($1::oid[]) AND t.relkind = 'p' AND p.isleaf
          AND NOT p.relid = ANY($1::oid[])
        ORDER BY 2, 1 LIMIT 1`,
      [oids],
    ),
  );
  if (missing) throw new PgIndexError(partitionMissingAdvice(missing.table, missing.partition));
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
