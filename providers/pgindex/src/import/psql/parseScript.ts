import type { ParseResult } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import type { IncludedFile } from "../includes/includedFile";
import { type Origin, originsOf, placeAt, putIn } from "../includes/origin";
import { type Around, psqlInclude } from "../includes/psqlInclude";
import { parseTexts, type Token } from "../parser/parserThread";
import type { Script } from "../sql/scriptState";
import { unreadableAdvice } from "../sql/sqlMessages";
import { psqlCommand } from "./psqlCommands";
import { refusedCommandAdvice, secondDatabaseAdvice } from "./psqlMessages";

/** A script as PostgreSQL reads it. */
export interface ParsedScript {
  readonly sql: string;
  readonly tree: ParseResult;
  readonly tokens: readonly Token[];
  readonly placeholders: readonly Placeholder[];
  /** Of each line, where the script includes other files. */
  readonly origins?: readonly Origin[];
  /** The files that it includes. */
  readonly included: readonly string[];
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
export function parseScript(script: Script): ParsedScript {
  let { sql, origins } = script;
  const filled: Filled[] = [];
  const included: Open[] = [];
  for (;;) {
    const [parsed] = parseTexts([sql]);
    if (parsed?.kind === "ok") {
      const { tree, tokens } = parsed;
      const paths = included.map(({ path }) => path);
      return { sql, tree, tokens, placeholders: inBytes(sql, filled), origins, included: paths };
    }
    const at = unitsOf(sql, parsed?.position ?? 0);
    const line = sql.slice(0, at).split("\n").length;
    const place = placeAt({ ...script, origins }, line);
    const placeholder = placeholderAt(sql, at);
    if (placeholder !== undefined) {
      filled.push(placeholder);
      const { text, at: from } = placeholder;
      sql = sql.slice(0, from) + standIn(text) + sql.slice(from + text.length);
    } else if (isCommand(sql, at)) {
      const own = originAt(script, origins, line);
      const file = psqlInclude(commandAt(sql, at), place, aroundOf(script, included, own));
      if (file) {
        included.push({ ...file, from: aroundOf(script, included, own) });
        origins = putIn(origins ?? originsOf(script.title, sql), line - 1, file);
        sql = replaced(sql, at, file.sql);
      } else sql = withoutCommand(sql, at, place);
    } else {
      throw new PgIndexError(unreadableAdvice(place, parsed?.message ?? "no answer"));
    }
  }
}

/** Flyway's and Liquibase's `${name}`, `{{name}}`, psql's `:name`, `:'name'`, `:"name"`. */
const PLACEHOLDER = /^(\$\{[^}\n]+\}|\{\{[^}\n]+\}\}|:\w+|:'[^'\n]+'|:"[^"\n]+")/;
const LONGEST = 200;

/** A placeholder at a position, or one around it that has quotes of its own. */
function placeholderAt(sql: string, at: number): Filled | undefined {
  const text = PLACEHOLDER.exec(sql.slice(at, at + LONGEST))?.[0];
  if (text !== undefined) return { text, at };
  const open = sql.lastIndexOf("{{", at);
  const around = open < lineStart(sql, at) ? "" : sql.slice(open, open + LONGEST);
  const [quoted] = /^\{\{[^}\n]+\}\}/.exec(around) ?? [];
  return quoted && open + quoted.length > at ? { text: quoted, at: open } : undefined;
}

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

function commandAt(sql: string, at: number): string {
  const end = sql.indexOf("\n", at);
  return sql.slice(at, end < 0 ? undefined : end).trim();
}

/** The script with a text in place of the line. */
function replaced(sql: string, at: number, text: string): string {
  const end = sql.indexOf("\n", at);
  return sql.slice(0, lineStart(sql, at)) + text + (end < 0 ? "" : sql.slice(end));
}

/** A file that is included, and the files around it. */
interface Open extends IncludedFile {
  readonly from: readonly string[];
}

function originAt({ title }: Script, origins: readonly Origin[] | undefined, line: number): string {
  return origins?.[line - 1]?.title ?? title;
}

/** The file with this title, and those that include it. */
function aroundOf({ path, title }: Script, included: readonly Open[], inner: string): Around {
  const file = included.findLast((each) => each.title === inner);
  if (file && inner !== title) return [...file.from, file.path];
  return path === undefined ? [] : [path];
}

/** The script without the line, whose number stays. */
function withoutCommand(sql: string, at: number, place: string): string {
  const end = sql.indexOf("\n", at);
  const line = commandAt(sql, at);
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
