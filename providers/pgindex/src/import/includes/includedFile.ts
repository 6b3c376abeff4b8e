import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { withoutCopyData } from "../psql/copyData";
import { circularIncludeAdvice, missingIncludeAdvice, outsideAdvice } from "./includeMessages";

/** A file that another one includes. */
export interface IncludedFile {
  /** As messages name it. */
  readonly title: string;
  readonly path: string;
  readonly sql: string;
}

/** An include, as it stands there. */
export interface Include {
  readonly place: string;
  readonly name: string;
  /** Where the file may be, the first first. */
  readonly candidates: readonly string[];
  /** What it has to lie in: the folder of the script, or that in which the program runs. */
  readonly within: readonly string[];
  /** The files that include it, in turn. */
  readonly above: readonly string[];
}

/** Throws {@link PgIndexError} if there is no such file in the project. */
export function readIncluded({ place, name, candidates, within, above }: Include): IncludedFile {
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new PgIndexError(missingIncludeAdvice(place, name, candidates));
  const path = realpathSync(found);
  if (!within.some((folder) => isIn(path, folder)))
    throw new PgIndexError(outsideAdvice(place, name, within));
  if (above.includes(path)) throw new PgIndexError(circularIncludeAdvice(place, name));
  const title = relative(process.cwd(), path);
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  const named = title.startsWith("..") ? path : title;
  return { title: named, path, sql: withoutCopyData(text, named) };
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(realpathSync(folder) + sep);
}

/** Where a script's own includes may be. */
export function projectOf(file: string): readonly string[] {
  return [process.cwd(), dirname(resolve(file))];
}
