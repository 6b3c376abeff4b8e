import type { ParseResult } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { parseTexts, type Token } from "../parser/parserThread";
import { unreadableAdvice } from "../sql/sqlMessages";
import { psqlCommand } from "./psqlCommands";
import { refusedCommandAdvice, secondDatabaseAdvice } from "./psqlMessages";

/** A script as PostgreSQL reads it. */
export interface ParsedScript {
  readonly sql: string;
  readonly tree: ParseResult;
  readonly tokens: readonly Token[];
  readonly placeholders: readonly Placeholder[];
}

/** What the tool, or psql, fills in before it runs a script. */
export interface Placeholder {
  readonly text: string;
  /** Its offset in bytes. */
  readonly at: number;
}

interface Filled {
  readonly text: string;
  /** In UTF-16 units. */
  readonly at: number;
}

/**
 * Parses a script. Where PostgreSQL's parser stops at a line for psql, that is read as psql does;
 * where it stops at a placeholder, a name of the same length stands in for it.
 */
export function parseScript(script: { readonly sql: string; readonly title: string }) {
  let { sql } = script;
  const filled: Filled[] = [];
  for (;;) {
    const [parsed] = parseTexts([sql]);
    if (parsed?.kind === "ok") {
      return { sql, tree: parsed.tree, tokens: parsed.tokens, placeholders: inBytes(sql, filled) };
    }
    const at = unitsOf(sql, parsed?.position ?? 0);
    const place = `${script.title}:${sql.slice(0, at).split("\n").length}`;
    const placeholder = PLACEHOLDER.exec(sql.slice(at, at + LONGEST))?.[0];
    if (placeholder !== undefined) {
      filled.push({ text: placeholder, at });
      sql = sql.slice(0, at) + standIn(placeholder) + sql.slice(at + placeholder.length);
    } else if (isCommand(sql, at)) {
      sql = withoutCommand(sql, at, place);
    } else {
      throw new PgIndexError(unreadableAdvice(place, parsed?.message ?? "no answer"));
    }
  }
}

/** Flyway's and Liquibase's `${name}`, `{{name}}`, psql's `:name`, `:'name'`, `:"name"`. */
const PLACEHOLDER = /^(\$\{[^}\n]+\}|\{\{[^}\n]+\}\}|:\w+|:'[^'\n]+'|:"[^"\n]+")/;
const LONGEST = 200;

/** A literal for psql's `:'name'`, else a name. */
function standIn(placeholder: string): string {
  if (placeholder.startsWith(":'")) return `'${"_".repeat(placeholder.length - 2)}'`;
  return "_".repeat(placeholder.length);
}

/** PostgreSQL counts characters, JavaScript the units of UTF-16. */
function unitsOf(sql: string, characters: number): number {
  if (!/[\uD800-\uDFFF]/.test(sql)) return characters;
  return [...sql].slice(0, characters).join("").length;
}

function inBytes(sql: string, filled: readonly Filled[]): Placeholder[] {
  return filled.map(({ text, at }) => ({ text, at: Buffer.byteLength(sql.slice(0, at)) }));
}

function lineStart(sql: string, at: number): number {
  return sql.lastIndexOf("\n", at - 1) + 1;
}

function isCommand(sql: string, at: number): boolean {
  return sql[at] === "\\" && sql.slice(lineStart(sql, at), at).trim() === "";
}

/** The script without the line, whose number stays. */
function withoutCommand(sql: string, at: number, place: string): string {
  const end = sql.indexOf("\n", at);
  const line = sql.slice(at, end < 0 ? undefined : end).trim();
  const name = /^\\([A-Za-z_]+|.)/.exec(line)?.[1] ?? "";
  const command = psqlCommand(name);
  if (command === "refused") throw new PgIndexError(refusedCommandAdvice(place, name, line));
  if (command === "connect" && hasIndex(sql.slice(0, at))) {
    throw new PgIndexError(secondDatabaseAdvice(place));
  }
  return sql.slice(0, at) + (end < 0 ? "" : sql.slice(end));
}

function hasIndex(sql: string): boolean {
  const [parsed] = parseTexts([sql]);
  if (parsed?.kind !== "ok") return true;
  return (parsed.tree.stmts ?? []).some(({ stmt }) => stmt && "IndexStmt" in stmt);
}
