import { PgIndexError } from "../../engine/errors/advice";
import type { Doubt, Script } from "../sql/scriptState";
import { firstStatementLine, type Lines } from "./lines";
import { isLiquibase, liquibasePart } from "./liquibase";
import { MARKED_TOOLS, type MarkedTool } from "./markedTools";
import {
  aboveUpAdvice,
  includedFileAdvice,
  misspeltMarkAdvice,
  noUpMarkAdvice,
  repeatedMarkAdvice,
  soundsLikeDownAdvice,
  twoToolsAdvice,
} from "./migrationMessages";

/**
 * The part of a migration that its tool's `up` runs; any other SQL unchanged. Lines that it does
 * not run are empty, so that the numbers of the others stay. Throws {@link PgIndexError} where the
 * tool itself would refuse, and for what looks like a mark and is none.
 */
export function upPart(sql: string, title: string): Pick<Script, "sql" | "doubts"> {
  const script = { lines: sql.split("\n"), title };
  const [first, second] = marksIn(script.lines);
  if (first && second) {
    const [early, late] = first.at < second.at ? [first, second] : [second, first];
    const names = [early.tool.name, late.tool.name] as const;
    throw new PgIndexError(twoToolsAdvice(`${title}:${late.at + 1}`, names));
  }
  if (first) return { sql: markedPart(script, first.tool).join("\n") };
  if (isLiquibase(script.lines)) return liquibasePart(script);
  return { sql, doubts: doubtsIn(script) };
}

function marksIn(lines: readonly string[]) {
  return MARKED_TOOLS.flatMap((tool) => {
    const at = lines.findIndex((line) => tool.mark.test(line));
    return at < 0 ? [] : [{ tool, at }];
  });
}

type Section = "up" | "down";

function markedPart({ lines, title }: Lines, tool: MarkedTool): string[] {
  const seen: Section[] = [];
  let section: Section | undefined = tool.up ? undefined : "up";
  let start: number | undefined;
  const kept = lines.map((line, i) => {
    if (!tool.mark.test(line)) return section === "up" ? (tool.sent?.(line) ?? line) : "";
    const next = sectionOf(tool, line);
    const place = `${title}:${i + 1}`;
    if (next === undefined) {
      if (tool.other?.test(line)) return "";
      throw new PgIndexError(misspeltMarkAdvice(place, tool.name, line));
    }
    requireOrder(tool, seen, { next, place });
    seen.push(next);
    section = next;
    start ??= i;
    return "";
  });
  if (tool.up && !seen.includes("up")) {
    const mark = lines.findIndex((line) => tool.mark.test(line));
    throw new PgIndexError(noUpMarkAdvice(`${title}:${mark + 1}`, tool.name));
  }
  const stray = tool.up && firstStatementLine(lines.slice(0, start));
  if (stray) throw new PgIndexError(aboveUpAdvice(`${title}:${stray}`, tool.name));
  return kept;
}

function sectionOf({ up, down }: MarkedTool, line: string): Section | undefined {
  if (up?.test(line)) return "up";
  return down.test(line) ? "down" : undefined;
}

function requireOrder(
  { name, up, anyOrder }: MarkedTool,
  seen: readonly Section[],
  { next, place }: { readonly next: Section; readonly place: string },
): void {
  if (anyOrder) return;
  if (seen.includes(next)) throw new PgIndexError(repeatedMarkAdvice(place, name));
  if (next === "down" && up && !seen.includes("up")) {
    throw new PgIndexError(noUpMarkAdvice(place, name));
  }
}

/** Words that a team may head a Down part with. */
const DOWN_WORDS: ReadonlySet<string> = new Set([
  "down",
  "downs",
  "downgrade",
  "rollback",
  "undo",
  "revert",
  "reverse",
]);

/** More words than this are a sentence, and no heading. */
const MOST_WORDS = 3;

function soundsLikeDown(line: string): boolean {
  const text = /^\s*(?:--|#|\/\*)(.*)$/.exec(line)?.[1] ?? "";
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.length <= MOST_WORDS && words.some((word) => DOWN_WORDS.has(word));
}

/** graphile-migrate's way of putting a fixture into current.sql. */
const INCLUDE = /^--![ \t]*include[ \t]+(\S.*?)\s*$/;

/** Of a file without the marks of any tool. */
function doubtsIn({ lines, title }: Lines): Doubt[] {
  return lines.flatMap((line, i) => {
    const included = INCLUDE.exec(line)?.[1];
    if (included !== undefined) {
      throw new PgIndexError(includedFileAdvice(`${title}:${i + 1}`, included));
    }
    if (!soundsLikeDown(line)) return [];
    const advice = (place: string) => soundsLikeDownAdvice(place, i + 1, line.trim());
    return [{ from: i + 1, to: lines.length, advice }];
  });
}
