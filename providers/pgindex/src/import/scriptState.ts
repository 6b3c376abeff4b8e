import type { Node } from "libpg-query";
import type { IndexDeclaration } from "./declaration";
import type { Token } from "./parserThread";
import { lineOf, type Source } from "./sqlTokens";

/** SQL to read, and what to call it in messages. */
export interface Script {
  readonly sql: string;
  /** A file's name. */
  readonly title: string;
  /** The schema of tables that are written without one. */
  readonly schema?: string;
}

/** What the statements so far amount to. */
export interface State {
  readonly found: readonly IndexDeclaration[];
  /** Where names without a schema are looked up; undefined while the SQL does not say. */
  readonly searchPath?: readonly string[];
  /** The names of temporary tables. */
  readonly temporary: readonly string[];
}

/** One statement with its surroundings. */
export interface Statement {
  readonly node: Node;
  readonly tokens: readonly Token[];
  readonly source: Source;
  readonly script: Script;
}

/** Where a statement begins: `file.sql:12`. */
export function placeOf({ tokens, source, script }: Statement): string {
  return `${script.title}:${lineOf(source, tokens[0]?.start ?? 0)}`;
}
