import { basename } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { notFlywaysAdvice, sameVersionAdvice } from "./migrationMessages";
import type { UpFiles } from "./numberedFiles";

/** `V2.1__description.sql`, `B2__….sql`, `R__….sql`; a version's parts may have underscores. */
const FLYWAY = /^(?:([VB])(\d+(?:[._]\d+)*)(?:__(.*))?|(R)__(.*))\.sql$/;

interface FlywayFile {
  readonly file: string;
  readonly kind: "V" | "B" | "R";
  readonly version: readonly bigint[];
  readonly description: string;
  /** No other tool names its files like this. */
  readonly isSurely: boolean;
}

/** @see https://documentation.red-gate.com/fd/migrations-184127470.html */
export function inFlywaysOrder(
  files: readonly string[],
  notes: readonly string[],
): UpFiles | undefined {
  const all = files.map(toFlyway);
  if (all.includes(undefined) && !all.some((each) => each?.isSurely)) return undefined;
  const others = files.filter((_, i) => all[i] === undefined);
  if (others.length > 0) throw new PgIndexError(notFlywaysAdvice(others));
  const sorted = all.filter((each) => each !== undefined).sort(compare);
  requireDifferent(sorted);
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

/** Flyway takes no two files of one version, or no two repeatable ones of one description. */
function requireDifferent(sorted: readonly FlywayFile[]): void {
  for (const [i, each] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next?.kind === each.kind && compare(each, next) === 0)
      throw new PgIndexError(sameVersionAdvice([each.file, next.file]));
  }
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
    isSurely: (description ?? again) !== undefined,
  };
}

function compare(a: FlywayFile, b: FlywayFile): number {
  if (a.kind === "R" || b.kind === "R") {
    const last = Number(a.kind === "R") - Number(b.kind === "R");
    return last || Number(a.description > b.description) - Number(a.description < b.description);
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
