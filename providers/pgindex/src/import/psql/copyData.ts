import { PgIndexError } from "../../engine/errors/advice";
import { openDataAdvice } from "./psqlMessages";

/** `COPY … FROM stdin …;`, at the end of its line: data follow. */
const COPY = /^[ \t]*COPY\b[^;]*?\bFROM\s+STDIN\b[^;]*;[ \t\r]*$/gim;

/** The line that ends them. */
const END = /^\\\.[ \t\r]*$/gm;

/**
 * A script without the data between `COPY … FROM stdin;` and `\.`, which are no SQL; its lines keep
 * their numbers.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 */
export function withoutCopyData(sql: string, title: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const copy of sql.matchAll(COPY)) {
    const start = copy.index + copy[0].length;
    // What looks like a COPY within the data is data.
    if (copy.index < done) continue;
    END.lastIndex = start;
    const end = END.exec(sql);
    if (!end) {
      const line = sql.slice(0, copy.index).split("\n").length;
      throw new PgIndexError(openDataAdvice(`${title}:${line}`));
    }
    const data = sql.slice(start, end.index).replaceAll(/[^\n]/g, "");
    parts.push(sql.slice(done, start), data);
    done = end.index + end[0].length;
  }
  return parts.join("") + sql.slice(done);
}
