import { basename, dirname } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { inFlywaysOrder } from "./flyway";
import { lonelyDownAdvice, onlyDownFilesAdvice } from "./migrationMessages";
import { byNumber, type UpFiles } from "./numberedFiles";

/** Names of files that undo a migration, and the tools that have them. */
const DOWN_FILES: readonly (readonly [RegExp, string])[] = [
  [/\.down\.\w*\.?sql$/i, "golang-migrate, sqlx or Bun"],
  [/^down\.sql$/i, "Diesel"],
  [/^U\d[\d._]*(__.*)?\.sql$/, "Flyway"],
  [/\.(undo|rollback|revert)\.sql$/i, "a tool that undoes by files of their own"],
];

/**
 * Of a list of migrations, those that are not there to undo others, in the order of their versions
 * where the tool's rule is known, which a shell's is not: V10 stands before V2 there. Throws
 * {@link PgIndexError} if there are none, or the tool itself would not take them.
 */
export function upFiles(files: readonly string[], read: (file: string) => string): UpFiles {
  const downs = files.filter((file) => toolOfDownFile(file) !== undefined);
  const [first] = downs;
  if (first !== undefined && downs.length === files.length) {
    throw new PgIndexError(onlyDownFilesAdvice(first, toolOfDownFile(first) ?? ""));
  }
  const notes = downs.map(
    (file) => `${file} was not read: by its name it undoes a migration (${toolOfDownFile(file)})`,
  );
  const ups = files.filter((file) => !downs.includes(file));
  const lonely = downs.filter((file) => !hasUp(file, ups));
  if (lonely.length > 0) throw new PgIndexError(lonelyDownAdvice(lonely));
  const numbered = inFlywaysOrder(ups, notes) ?? byNumber(ups, notes, read);
  return { ...numbered, files: inDieselsOrder(numbered.files) };
}

export function isDownFile(file: string): boolean {
  return toolOfDownFile(file) !== undefined;
}

/** Of a pair such as golang-migrate's. */
function hasUp(down: string, ups: readonly string[]): boolean {
  const [, base, rest] = /^(.*)\.down(\.\w*\.?sql)$/i.exec(down) ?? [];
  return base === undefined || ups.includes(`${base}.up${rest}`) || ups.includes(`${base}.sql`);
}

/** Folders of files that undo others. */
const DOWN_FOLDER = /^(down|downs|undo|revert|rollback|rollbacks)$/i;

function toolOfDownFile(file: string): string | undefined {
  const folder = basename(dirname(file));
  if (DOWN_FOLDER.test(folder)) return `it is in a folder ${folder}`;
  return DOWN_FILES.find(([name]) => name.test(basename(file)))?.[1];
}

/** Diesel's folders: `2017-09-23-182408-0000_move/up.sql`. */
function inDieselsOrder(files: readonly string[]): readonly string[] {
  const versions = files.map((file) =>
    basename(file) === "up.sql" ? /^([\d-]+)_/.exec(basename(dirname(file)))?.[1] : undefined,
  );
  if (!versions.every((version) => version !== undefined)) return files;
  // Diesel compares them as texts, without their hyphens.
  const keyed = files.map((file, i) => ({ file, version: versions[i]?.replaceAll("-", "") ?? "" }));
  return keyed.sort((a, b) => (a.version < b.version ? -1 : 1)).map(({ file }) => file);
}
