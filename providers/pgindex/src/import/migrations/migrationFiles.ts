import { basename, dirname } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { onlyDownFilesAdvice } from "./migrationMessages";

/** The files that a tool's `up` runs, in its order. */
export interface UpFiles {
  readonly files: readonly string[];
  /** About those that were left out. */
  readonly notes: readonly string[];
}

/** Names of files that undo a migration, and the tools that have them. */
const DOWN_FILES: readonly (readonly [RegExp, string])[] = [
  [/\.down\.\w*\.?sql$/i, "golang-migrate, sqlx or Bun"],
  [/^down\.sql$/i, "Diesel"],
  [/^U\d[\d._]*(__.*)?\.sql$/, "Flyway"],
  [/\.(undo|rollback|revert)\.sql$/i, "a tool that undoes by files of their own"],
];

/**
 * Of a list of migrations, those that are not there to undo others. Flyway's and golang-migrate's
 * come in the order of their versions, which a shell's is not: V10 stands before V2 there. Throws
 * {@link PgIndexError} if there are none.
 */
export function upFiles(files: readonly string[]): UpFiles {
  const downs = files.filter((file) => toolOfDownFile(file) !== undefined);
  const [first] = downs;
  if (first !== undefined && downs.length === files.length) {
    throw new PgIndexError(onlyDownFilesAdvice(first, toolOfDownFile(first) ?? ""));
  }
  const notes = downs.map(
    (file) => `${file} was not read: by its name it undoes a migration (${toolOfDownFile(file)})`,
  );
  const ups = files.filter((file) => !downs.includes(file));
  return inFlywaysOrder(ups, notes) ?? { files: byNumber(ups), notes };
}

/** Folders of files that undo others. */
const DOWN_FOLDER = /^(down|downs|undo|revert|rollback|rollbacks)$/i;

function toolOfDownFile(file: string): string | undefined {
  const folder = basename(dirname(file));
  if (DOWN_FOLDER.test(folder)) return `it is in a folder ${folder}`;
  return DOWN_FILES.find(([name]) => name.test(basename(file)))?.[1];
}

/** golang-migrate's own pattern. */
const NUMBERED_UP = /^(\d+)_.*\.up\.\w*\.?sql$/;

function byNumber(files: readonly string[]): readonly string[] {
  const numbers = files.map((file) => NUMBERED_UP.exec(basename(file))?.[1]);
  if (!numbers.every((number) => number !== undefined)) return files;
  const keyed = files.map((file, i) => ({ file, number: BigInt(numbers[i] ?? 0) }));
  return keyed.sort((a, b) => Number(a.number - b.number)).map(({ file }) => file);
}

/** `V2.1__description.sql`, `B2__….sql`, `R__….sql`; a version's parts may have underscores. */
const FLYWAY = /^(?:([VB])(\d+(?:[._]\d+)*)(?:__(.*))?|(R)__(.*))\.sql$/;

interface FlywayFile {
  readonly file: string;
  readonly kind: "V" | "B" | "R";
  readonly version: readonly bigint[];
  readonly description: string;
}

/** @see https://documentation.red-gate.com/fd/migrations-184127470.html */
function inFlywaysOrder(files: readonly string[], notes: readonly string[]): UpFiles | undefined {
  const all = files.map(toFlyway);
  if (!all.every((each) => each !== undefined)) return undefined;
  const sorted = [...all].sort(compare);
  const base = sorted.findLast(({ kind }) => kind === "B");
  // A new database begins with the newest baseline, and runs nothing that is not newer.
  const isLeft = (each: FlywayFile) =>
    base === undefined ||
    each === base ||
    each.kind === "R" ||
    compareVersions(each.version, base.version) > 0;
  const old = sorted.filter((each) => !isLeft(each));
  return {
    files: sorted.filter(isLeft).map(({ file }) => file),
    notes: [
      ...notes,
      ...old.map(({ file }) => `${file} was not read: Flyway's baseline ${base?.file} replaces it`),
    ],
  };
}

function toFlyway(file: string): FlywayFile | undefined {
  const found = FLYWAY.exec(basename(file));
  if (!found) return undefined;
  const [, kind, version = "", description, , again] = found;
  return {
    file,
    kind: kind === "V" || kind === "B" ? kind : "R",
    version: version.split(/[._]/).filter(Boolean).map(BigInt),
    description: description ?? again ?? "",
  };
}

function compare(a: FlywayFile, b: FlywayFile): number {
  if (a.kind === "R" || b.kind === "R") {
    const last = Number(a.kind === "R") - Number(b.kind === "R");
    return last || (a.description < b.description ? -1 : 1);
  }
  return compareVersions(a.version, b.version);
}

function compareVersions(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0n) - (b[i] ?? 0n);
    if (difference !== 0n) return Number(difference);
  }
  return 0;
}
