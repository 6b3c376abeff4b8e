import { basename, dirname } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { toolOf } from "./markedTools";
import { sameVersionAdvice } from "./migrationMessages";

/** The files that a tool's `up` runs, in its order. */
export interface UpFiles {
  readonly files: readonly string[];
  /** About what was left out, or looks odd. */
  readonly notes: readonly string[];
}

interface Numbered {
  readonly file: string;
  readonly number: bigint;
}

/**
 * Files with a number in front, in its order where their tool goes by it, as golang-migrate and goose
 * do; any others as they were given, with notes of what looks odd. Throws {@link PgIndexError} where
 * such a tool refuses two files of one number.
 */
export function byNumber(
  files: readonly string[],
  notes: readonly string[],
  read: (file: string) => string,
): UpFiles {
  const numbered = files.flatMap(toNumbered);
  if (numbered.length < files.length)
    return { files, notes: [...notes, ...unnumberedNotes(files, numbered)] };
  const sorted = [...numbered].sort((a, b) => Number(a.number - b.number));
  const said = [...notes, ...gapNotes(sorted)];
  const twin = sorted.find((each, i) => isTwin(each, sorted[i + 1]));
  const moved = numbered.find(({ number }, i) => number > (numbered[i + 1]?.number ?? number));
  if (!twin && !moved) return { files, notes: said };
  const goesByNumber = (file: string) =>
    GOLANG_MIGRATE.test(basename(file)) || toolOf(read(file))?.byNumber;
  if (!files.every(goesByNumber))
    return { files, notes: moved ? [orderNote(moved, numbered), ...said] : said };
  if (twin) throw new PgIndexError(sameVersionAdvice(sameNumber(sorted, twin)));
  return { files: sorted.map(({ file }) => file), notes: said };
}

function toNumbered(file: string): Numbered[] {
  const digits = /^(\d+)(?=[_.-])/.exec(basename(file))?.[1];
  return digits === undefined ? [] : [{ file, number: BigInt(digits) }];
}

/** Two modules may have migrations of their own, each in its folder. */
function isTwin(one: Numbered, other: Numbered | undefined): boolean {
  return other?.number === one.number && dirname(other.file) === dirname(one.file);
}

/** golang-migrate's own pattern. */
const GOLANG_MIGRATE = /^(\d+)_.*\.up\.\w*\.?sql$/;

function sameNumber(sorted: readonly Numbered[], { number }: Numbered): string[] {
  return sorted.filter((each) => each.number === number).map(({ file }) => file);
}

function unnumberedNotes(files: readonly string[], numbered: readonly Numbered[]): string[] {
  if (numbered.length === 0) return [];
  const others = files.filter((file) => !numbered.some((each) => each.file === file));
  return others.map((file) => `${file} has no number: it was read where it stands in the list`);
}

function orderNote(moved: Numbered, numbered: readonly Numbered[]): string {
  const next = numbered[numbered.indexOf(moved) + 1];
  return `${moved.file} was read before ${next?.file}, as they were given, though its number is higher`;
}

/** A number from here on is a time. */
const TIMES = 100_000n;

/** Of numbers that count: what is missing between the first and the last. */
function gapNotes(sorted: readonly Numbered[]): string[] {
  return sorted.flatMap(({ file, number }, i) => {
    const next = sorted[i + 1];
    if (!next || next.number >= TIMES || next.number - number < 2n) return [];
    const [from, to] = [number + 1n, next.number - 1n];
    const which = from === to ? `${from} was` : `${from} to ${to} were`;
    return [`no migration ${which} given, between ${file} and ${next.file}`];
  });
}
