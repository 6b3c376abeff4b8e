import { type IndexDefinition, subject } from "../declare/desiredIndex";
import { type Advice, errorText, NOTHING_CHANGED } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { renderBytes } from "../text/render";

const DECLARATION_FIXES: Readonly<Record<string, string>> = {
  "42703":
    "check the column's spelling; names are matched exactly as in the catalog, " +
    "so upper case matters",
  "42704":
    "check the name of the operator class, collation, access method or type, " +
    "or add its schema to searchPath",
  "42804": "name an operator class that accepts the column's type",
  "42883": "check the function's name and argument types, or add its schema to searchPath",
  "42P17": "use only IMMUTABLE functions: an index cannot follow a result that changes",
  "42P22": "name a collation",
  "42809":
    "give the constraint's columns their default operator class, collation and order, " +
    "or declare a unique index without constraint",
  "22023": "check the parameter's value",
  "0A000": "remove that feature",
  "42601": "check the fragment's syntax",
};

/** The advice when the server refuses the declaration on an empty clone of the table. */
export function declarationAdvice(index: IndexDefinition, error: unknown): Advice {
  const state = sqlState(error) ?? "unknown";
  return {
    what: `cannot build ${subject(index)}: ${errorText(error)}`,
    why:
      "PostgreSQL refused the declaration on an empty copy of the table " +
      `(SQLSTATE ${state}); ${NOTHING_CHANGED}`,
    fix: DECLARATION_FIXES[state] ?? "correct the declaration",
  };
}

export function unsupportedClauseAdvice(
  index: IndexDefinition,
  { clause, since }: { readonly clause: string; readonly since: number },
  serverVersion: number,
): Advice {
  return {
    what: `cannot build ${subject(index)}: ${clause} needs PostgreSQL ${majorOf(since)}`,
    why: `this server is PostgreSQL ${majorOf(serverVersion)}`,
    fix: `remove ${clause}, or upgrade the server`,
  };
}

/** Bytes that one build may take, how many run at once, and what the server has. */
export interface BuildMemory {
  readonly each: number;
  readonly builds: number;
  readonly has: number;
}

export function buildMemoryAdvice(index: IndexDefinition, memory: BuildMemory): Advice {
  const { each, builds, has } = memory;
  const wanted = builds === 1 ? renderBytes(each) : `${builds} times ${renderBytes(each)}`;
  return {
    what:
      `cannot build ${subject(index)}: maintenanceWorkMem of all concurrent builds is ${wanted}, ` +
      `and the server has ${renderBytes(has)}`,
    why: "without memory, the kernel ends a process of the server, which restarts all of it",
    fix: `set buildSettings.maintenanceWorkMem to "${inMegabytes(has / builds / 4)}" or less`,
    otherwise: builds > 1 ? "lower maxConcurrentBuilds of the Connection" : undefined,
  };
}

function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)}MB`;
}

function majorOf(version: number): number {
  return Math.floor(version / 10_000);
}
