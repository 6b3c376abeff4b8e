import type { Node } from "libpg-query";
import type { IndexDeclaration } from "../declaration";
import type { Token } from "../parser/parserThread";
import { lineOf, type Source } from "../parser/sqlTokens";

/** SQL to read, and its name in messages. */
export interface Script {
  readonly sql: string;
  /** A file name. */
  readonly title: string;
  /** The schema of tables named without one. */
  readonly schema?: string;
}

/** The result of the statements so far. */
export interface State {
  readonly found: readonly IndexDeclaration[];
  /** The schemas to search for unqualified names; undefined until the SQL sets them. */
  readonly searchPath?: readonly string[];
  /** The names of temporary tables. */
  readonly temporary: readonly string[];
}

/** A statement in its context. */
export interface Statement {
  readonly node: Node;
  readonly tokens: readonly Token[];
  readonly source: Source;
  readonly script: Script;
}

/** The position of a statement: `file.sql:12`. */
export function placeOf({ tokens, source, script }: Statement): string {
  return `${script.title}:${lineOf(source, tokens[0]?.start ?? 0)}`;
}
