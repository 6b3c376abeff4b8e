import type { Node } from "libpg-query";
import type { Advice } from "../../engine/errors/advice";
import type { IndexDeclaration } from "../declaration";
import { type Origin, placeAt } from "../includes/origin";
import type { Token } from "../parser/parserThread";
import { lineOf, type Source } from "../parser/sqlTokens";

/** SQL to read, and its name in messages. */
export interface Script {
  readonly sql: string;
  /** A file name. */
  readonly title: string;
  /** The schema of tables named without one. */
  readonly schema?: string;
  readonly doubts?: readonly Doubt[];
  /** Of each line, where the script includes other files. */
  readonly origins?: readonly Origin[];
  /** Its path, where it is a file: psql's `\ir` starts there. */
  readonly path?: string;
}

/**
 * Lines of which nobody can tell whether they are run: a statement there that changes what is
 * declared is refused.
 */
export interface Doubt {
  /** The first and the last line, counted from 1. */
  readonly from: number;
  readonly to: number;
  readonly advice: (place: string) => Advice;
  /** Said of an index that is created there, where that is taken for run. */
  readonly note?: (place: string) => string;
}

/** The result of the statements so far. */
export interface State extends Settings {
  readonly found: readonly IndexDeclaration[];
  /** The names of temporary tables. */
  readonly temporary: readonly string[];
  /** The tables that the scripts create, by their labels. */
  readonly tables: ReadonlyMap<string, KnownTable>;
  /** The parents of partitions, by label. */
  readonly parents: ReadonlyMap<string, string>;
  /** Functions whose text says that they may make or change indexes when they are called. */
  readonly functions: ReadonlyMap<string, readonly FunctionBody[]>;
  /** What a ROLLBACK goes back to: the open transaction's begin first, then its savepoints. */
  readonly saved: readonly Saved[];
  /** What this script has created. */
  readonly made: readonly Made[];
  /** What it has created and dropped. */
  readonly undone: readonly (Made & { readonly by: Statement })[];
  /** What nobody has to act on. */
  readonly notes: readonly string[];
  /** What declares nothing. */
  readonly others: readonly OtherStatement[];
}

/** A statement that declares nothing, which whoever applies the indexes alone leaves out. */
export interface OtherStatement {
  /** `file.sql:12`. */
  readonly place: string;
  /** As it stands in the file. */
  readonly sql: string;
  /** The labels of the indexes that it drops, if it drops indexes and does not mind missing ones. */
  readonly drops?: readonly string[];
}

/** What SET says. */
export interface Settings {
  /** The schemas to search for unqualified names; undefined until the SQL sets them. */
  readonly searchPath?: readonly string[];
  /** The tablespace of indexes that name none. */
  readonly tablespace?: string;
  /** What a SET LOCAL has replaced, until the transaction ends. */
  readonly beforeLocal?: Settings;
}

/** A table or a view. */
export interface KnownTable {
  readonly isMatview?: true;
  /** The names of its columns' types, by column; undefined where the files do not say them all. */
  readonly columns?: ReadonlyMap<string, string>;
  /** Of a view: the labels of what it reads. */
  readonly reads?: readonly string[];
}

export interface FunctionBody {
  readonly text: string;
  readonly language: string;
}

export interface Saved {
  readonly savepoint?: string;
  readonly state: State;
}

export const NOTHING: State = {
  found: [],
  temporary: [],
  tables: new Map(),
  parents: new Map(),
  functions: new Map(),
  saved: [],
  made: [],
  undone: [],
  notes: [],
  others: [],
};

/** A new session: it knows what is there, and no settings of the one before. */
export function nextSession({ found, tables, parents, functions, notes, others }: State): State {
  return { ...NOTHING, found, tables, parents, functions, notes, others };
}

/** An index, and where it is created. */
export interface Made {
  readonly label: string;
  readonly place: string;
}

/** A statement in its context. */
export interface Statement {
  readonly node: Node;
  readonly tokens: readonly Token[];
  readonly source: Source;
  readonly script: Script;
  /** What a tool fills in before it runs the statement. */
  readonly placeholder?: string;
}

/** The position of a statement: `file.sql:12`. */
export function placeOf({ tokens, source, script }: Statement): string {
  return placeAt(script, firstLineOf({ tokens, source }));
}

export function firstLineOf({ tokens, source }: Pick<Statement, "tokens" | "source">): number {
  return lineOf(source, tokens[0]?.start ?? 0);
}
