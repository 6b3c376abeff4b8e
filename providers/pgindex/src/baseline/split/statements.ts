import type { Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { parseTexts } from "../../import/parser/parserThread";
import { unreadableAdvice } from "../../import/sql/sqlMessages";

/** A statement of a migration. */
export interface MigrationStatement {
  /** As it stands in the file. */
  readonly sql: string;
  readonly node: Node;
  /** `file.sql:12`. */
  readonly place: string;
}

/** Drizzle sends what stands between two of these to the server in one go. */
export const BREAKPOINT = "--> statement-breakpoint";

/** The statements of a Drizzle migration. Throws {@link PgIndexError} if the SQL cannot be read. */
export function statementsOf(file: string, sql: string): MigrationStatement[] {
  const chunks = sql.split(BREAKPOINT);
  const parsed = parseTexts(chunks);
  let line = 1;
  return chunks.flatMap((chunk, i) => {
    const read = parsed[i];
    if (read?.kind !== "ok") {
      const at = line + lines(chunk.slice(0, read?.position ?? 0));
      throw new PgIndexError(unreadableAdvice(`${file}:${at}`, read?.message ?? "no answer"));
    }
    const from = { file, line };
    line += lines(chunk);
    return (read.tree.stmts ?? []).map((raw) => toStatement(chunk, raw, from));
  });
}

function toStatement(
  chunk: string,
  raw: { readonly stmt?: Node; readonly stmt_location?: number; readonly stmt_len?: number },
  from: { readonly file: string; readonly line: number },
): MigrationStatement {
  const bytes = Buffer.from(chunk);
  const begin = raw.stmt_location ?? 0;
  const end = raw.stmt_len ? begin + raw.stmt_len : bytes.length;
  const text = bytes.subarray(begin, end).toString();
  const sql = text.trim();
  const blank = text.length - text.trimStart().length;
  const line = from.line + lines(bytes.subarray(0, begin).toString() + text.slice(0, blank));
  return {
    sql,
    node: raw.stmt ?? ({} as Node),
    place: `${from.file}:${line}`,
  };
}

function lines(text: string): number {
  return text.split("\n").length - 1;
}

/**
 * The migration as one text that PostgreSQL's parser reads: what stands before a breakpoint may lack
 * its semicolon. Line numbers stay the same.
 */
export function terminated(sql: string): string {
  return sql.replaceAll(BREAKPOINT, `;${BREAKPOINT}`);
}
