import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { devNull } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { errorText, PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import { renderElapsed } from "../engine/text/render";
import type { DesiredBackup } from "./backupArgs";
import { unreadableDumpAdvice } from "./backupMessages";
import { runTool } from "./backupTool";

/** A dump that was read to its end. */
export interface Archive {
  readonly sizeBytes: number;
  /** Number of entries in the table of contents; null for a script, which has none. */
  readonly entries: number | null;
  readonly sha256: string;
}

/**
 * Reads a dump of any of pg_dump's formats to its end, as a restore would: the table of contents
 * stands at the beginning, so a dump that was cut still lists all that it should have. Throws
 * {@link PgIndexError}.
 *
 * @see https://www.postgresql.org/docs/current/app-pgrestore.html
 */
export async function readArchive(
  file: string,
  { pgDump }: Pick<DesiredBackup, "pgDump">,
  ctx: Context,
): Promise<Archive> {
  try {
    await stat(file);
  } catch (error) {
    throw new PgIndexError(unreadableDumpAdvice(file, errorText(error)), { cause: error });
  }
  const entries = (await isScript(file))
    ? await readScript(file)
    : await restore(file, pgDump, ctx);
  return { sizeBytes: await sizeOf(file), entries, sha256: await checksumOf(file) };
}

/** pg_restore, from where pg_dump is. */
export function pgRestoreOf(pgDump: string): string {
  const name = basename(pgDump).replace("pg_dump", "pg_restore");
  return pgDump.includes("/") ? join(dirname(pgDump), name) : name;
}

/** The same text in every language, since some of it is read. */
export const TOOL_ENV = { ...process.env, LC_ALL: "C" };

async function restore(file: string, pgDump: string, ctx: Context): Promise<number> {
  const pgRestore = pgRestoreOf(pgDump);
  const entries = (await listEntries(pgRestore, file)).length;
  if (entries === 0) throw new PgIndexError(unreadableDumpAdvice(file, "it is empty"));
  const onTick = (elapsedMs: number) =>
    ctx.status(`reading ${file} to its end: ${renderElapsed(elapsedMs)}`);
  const command = [pgRestore, `--file=${devNull}`, file];
  const { code, stderr } = await runTool(command, { env: TOOL_ENV, ctx, onTick });
  if (code !== 0) throw new PgIndexError(unreadableDumpAdvice(file, stderr));
  if (await isCutTar(file))
    throw new PgIndexError(unreadableDumpAdvice(file, "its end is missing"));
  return entries;
}

/** The lines of an archive's table of contents. */
export async function listEntries(pgRestore: string, file: string): Promise<string[]> {
  const { code, stdout, stderr } = await runTool([pgRestore, "--list", file], { env: TOOL_ENV });
  if (code !== 0) throw new PgIndexError(unreadableDumpAdvice(file, stderr));
  return stdout.split("\n").filter((line) => /^\d+;/.test(line));
}

const SCRIPT_HEAD = /^--\r?\n-- PostgreSQL database (cluster )?dump\r?\n/;
const SCRIPT_END = /-- PostgreSQL database (cluster )?dump complete/;
const EDGE_BYTES = 4096;

async function isScript(file: string): Promise<boolean> {
  if ((await stat(file)).isDirectory()) return false;
  return SCRIPT_HEAD.test(await textAt(file, 0));
}

/** A script cannot be read back without running it; its last line says that it is complete. */
async function readScript(file: string): Promise<null> {
  const { size } = await stat(file);
  if (!SCRIPT_END.test(await textAt(file, Math.max(0, size - EDGE_BYTES))))
    throw new PgIndexError(unreadableDumpAdvice(file, "its end is missing"));
  return null;
}

/** Two blocks of zeros end a tar archive. pg_restore does not miss what was cut from one. */
const TAR_END = Buffer.alloc(1024);
const TAR_MAGIC = { at: 257, text: "ustar" } as const;

async function isCutTar(file: string): Promise<boolean> {
  const found = await stat(file);
  if (found.isDirectory()) return false;
  const { size } = found;
  const head = await bytesAt(file, 0);
  const { at, text } = TAR_MAGIC;
  if (head.toString("latin1", at, at + text.length) !== text) return false;
  const end = await bytesAt(file, Math.max(0, size - TAR_END.length));
  return size % 512 !== 0 || !end.equals(TAR_END);
}

async function textAt(file: string, position: number): Promise<string> {
  return (await bytesAt(file, position)).toString("utf8");
}

async function bytesAt(file: string, position: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(EDGE_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, EDGE_BYTES, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** SHA-256 of a file, or of a folder's files with their names. Throws if it is not there. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  if (!(await stat(path)).isDirectory()) {
    await pipeline(createReadStream(path), hash);
    return hash.digest("hex");
  }
  for (const name of (await readdir(path)).sort())
    hash.update(`${JSON.stringify(name)} ${await checksumOf(join(path, name))}\n`);
  return hash.digest("hex");
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
