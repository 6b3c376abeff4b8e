import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PgIndexError } from "../engine/errors/advice";
import { type LookRecord, lookRecordSchema } from "./lookRecord";
import { foreignFolderAdvice } from "./reviewMessages";

/** Names the private folder into which the provider's processes write what they look at. */
export const LOOKS_VARIABLE = "PGINDEX_LOOKS";

/** A folder that only this user can enter. */
export function createLookFolder(): string {
  return mkdtempSync(join(tmpdir(), "pgindex-plan-"));
}

export function removeLookFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Notes a look; a later one at the same resource takes its place. */
export function writeLook(folder: string, record: LookRecord): void {
  requirePrivate(folder);
  const name = createHash("sha256").update(record.urn).digest("hex").slice(0, 32);
  const file = join(folder, `${name}.json`);
  // The reader must never find half of one.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** Every look of a run, by the resource's URN. */
export function readLooks(folder: string): ReadonlyMap<string, LookRecord> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const records = files.map((name) =>
    lookRecordSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))),
  );
  return new Map(records.map((record) => [record.urn, record]));
}

/** What is looked at is nobody else's business, nor is where it goes. */
function requirePrivate(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const isOwn = found?.isDirectory() && (process.getuid?.() ?? found.uid) === found.uid;
  const isOpen = process.getuid !== undefined && ((found?.mode ?? 0) & 0o077) !== 0;
  if (!isOwn || isOpen) throw new PgIndexError(foreignFolderAdvice(LOOKS_VARIABLE));
}
