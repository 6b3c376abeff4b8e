import type { Advice } from "../engine/errors/advice";
import type { Parsed } from "../engine/input/parse";
import { shortened } from "../engine/text/printable";
import { type IndexDeclaration, labelOf } from "../import/declaration";
import type { OtherStatement } from "../import/sql/scriptState";

/** Every message about a file whose indexes are applied without a stack. */

export function undeclarableAdvice(declaration: IndexDeclaration, read: Parsed<unknown>): Advice {
  const problems = read.kind === "problems" ? read.problems : [];
  return {
    what: `refused: ${labelOf(declaration)} cannot be built`,
    why: problems.map(({ path, message }) => `${path} ${message}`).join("; "),
    fix: problems.map(({ fix }) => fix).join("; "),
  };
}

const SHOWN = 5;
const LONGEST = 80;

export function otherStatementsAdvice(others: readonly OtherStatement[]): Advice {
  const shown = others
    .slice(0, SHOWN)
    .map(({ place, sql }) => `${place}: ${shortened(sql, LONGEST)}`);
  const more = others.length > SHOWN ? [`and ${others.length - SHOWN} more`] : [];
  return {
    what: `refused: ${others.length} of the statements create no index`,
    why: `pgindex apply would leave them out: ${[...shown, ...more].join("; ")}`,
    fix: "run them with the tool that the file is for, and put the indexes into a file of their own",
    otherwise: "leave them out here, where they have run or will run: --indexes-only",
  };
}

export function noIndexAdvice(files: readonly string[]): Advice {
  return {
    what: `refused: ${files.join(", ")}: no index is left at the end`,
    why: "there would be nothing to build, and that would look like success",
    fix: "name the file that has the CREATE INDEX statements",
  };
}

export function refusedAdvice(refused: number, all: number): Advice {
  return {
    what: `refused: ${refused} of ${all} indexes, each with its reason above; nothing was changed`,
    why: "all of them are looked at before the first one is built",
    fix: "mend these, then run the same command again",
  };
}

/** `whole`: how many of `all` are valid now. */
export function unfinishedAdvice(whole: number, all: number, isCancelled: boolean): Advice {
  return {
    what: `${isCancelled ? "stopped" : "failed"}: ${whole} of ${all} indexes are valid`,
    why: isCancelled
      ? "you have interrupted it; what it had begun is cancelled and cleared away"
      : "one failed, with its reason above; those after it were not begun",
    fix: "run the same command again: it builds what is missing, and nothing twice",
  };
}

export function cannotWriteAppliedAdvice(file: string, error: unknown): Advice {
  const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
  return {
    what: `cannot write ${file}: ${isThere ? "it already exists" : (error as Error).message}`,
    why: "--report names it, and it is made before anything is built",
    fix: isThere ? "name another file, or remove that one" : "check the path",
  };
}
