import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning } from "../../engine/operation/processes";
import type { Inventory } from "../../engine/record/inventory";
import { databaseHash } from "../../engine/session/databaseIdentity";
import type { DeclaredPlace } from "./declaredIndexes";

/** The database that a declaration is for. */
type Seen = Pick<Inventory, "database" | "startedAt">;

/** A declaration of this run, by whichever process. */
interface Note {
  readonly pid: number;
  readonly urn: string;
  /** A hash of database, schema and name. */
  readonly index: string;
}

/**
 * What all provider processes of one Pulumi command have declared. Each Connection has a process of
 * its own, and two of them can lead to one database. They have one thing in common, the address of
 * the engine, which names a file of this user's in the temporary folder: a line for each declaration,
 * of hashes and URNs. Where there can be no such file, the index's mark still tells at the create.
 */
export class RunDeclarations {
  private readonly file: string | undefined;
  private notes: NotesOfFile | undefined;

  /** `engine`: the address that the process was given. */
  constructor(engine: string | undefined) {
    this.file = engine && /:\d+$/.test(engine) ? fileOf(engine) : undefined;
    const { file } = this;
    if (file) process.once("exit", () => leave(file));
  }

  /** Notes a declaration. Returns the URN of another resource that noted the index before. */
  declare(place: DeclaredPlace, seen: Seen, urn: string): string | undefined {
    if (!this.file) return undefined;
    const index = hashOf(place, seen);
    try {
      append(this.file, { pid: process.pid, urn, index });
      return earlier(this.notesOf(index), urn);
    } catch {
      return undefined;
    }
  }

  /** The URN of the resource that declares the index by another process, which may be the same one. */
  elsewhere(place: DeclaredPlace, seen: Seen): string | undefined {
    try {
      return this.notesOf(hashOf(place, seen)).filter(isOfAnother).at(-1)?.urn;
    } catch {
      // Nobody has declared anything.
      return undefined;
    }
  }

  private notesOf(index: string): readonly Note[] {
    if (!this.file) return [];
    requireOwnFolder(this.file);
    this.notes ??= new NotesOfFile(this.file);
    return this.notes.of(index);
  }
}

/** Reads what was appended since the last time: a program can declare ten thousand indexes. */
class NotesOfFile {
  private readonly file: string;
  private readonly byIndex = new Map<string, Note[]>();
  private bytesRead = 0;
  private inode = 0;
  /** The beginning of a line whose end somebody still writes. */
  private rest = "";

  constructor(file: string) {
    this.file = file;
  }

  /** In the order of the lines. */
  of(index: string): readonly Note[] {
    const descriptor = openSync(this.file, "r");
    try {
      this.readOn(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return this.byIndex.get(index) ?? [];
  }

  private readOn(descriptor: number): void {
    const { ino, size } = fstatSync(descriptor);
    // The last process of another command has taken the file along that it had.
    if (ino !== this.inode) {
      this.byIndex.clear();
      this.rest = "";
      this.bytesRead = 0;
      this.inode = ino;
    }
    const added = Buffer.alloc(size - this.bytesRead);
    this.bytesRead += readSync(descriptor, added, 0, added.length, this.bytesRead);
    const lines = (this.rest + added.toString("utf8")).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      const note: Note = JSON.parse(line);
      const noted = this.byIndex.get(note.index);
      if (noted) noted.push(note);
      else this.byIndex.set(note.index, [note]);
    }
  }
}

/** In the order of the lines, so that of two at a time only one is refused. */
function earlier(notes: readonly Note[], urn: string): string | undefined {
  const own = notes.findIndex((note) => note.pid === process.pid && note.urn === urn);
  return notes.slice(0, own).find((note) => note.urn !== urn && isOfAnother(note))?.urn;
}

/** Of a process that runs: an earlier command may have had the same address. */
function isOfAnother({ pid }: Note): boolean {
  return pid !== process.pid && isRunning(pid);
}

function hashOf({ schema, name }: DeclaredPlace, { database, startedAt }: Seen): string {
  return hash(JSON.stringify([databaseHash(database), startedAt, schema, name]));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function fileOf(engine: string): string {
  const user = process.getuid?.() ?? "user";
  return join(tmpdir(), `pgindex-${user}`, hash(engine));
}

function append(file: string, note: Note): void {
  mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
  requireOwnFolder(file);
  appendFileSync(file, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** Throws if somebody else has made the folder, or may write there. */
function requireOwnFolder(file: string): void {
  const folder = join(file, "..");
  const found = lstatSync(folder);
  const isOwn = found.isDirectory() && (process.getuid?.() ?? found.uid) === found.uid;
  if (!isOwn || (process.getuid && (found.mode & 0o077) !== 0)) throw new Error("not our folder");
}

function pidsIn(file: string): number[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line) => (line === "" ? [] : (JSON.parse(line) as Note).pid));
}

/** The last process takes the file along. */
function leave(file: string): void {
  try {
    const others = new Set(pidsIn(file).filter((pid) => pid !== process.pid));
    if (![...others].some(isRunning)) rmSync(file);
  } catch {
    // There is none, or nobody may.
  }
}
