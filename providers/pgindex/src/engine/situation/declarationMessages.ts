import { type IndexDefinition, subject } from "../declare/desiredIndex";
import { type Advice, NOTHING_CHANGED } from "../errors/advice";
import { hintsOf, sqlState, withDetail } from "../errors/sqlstate";
import { renderBytes } from "../text/render";
import type { Cause } from "./causes/cause";
import { declarationCause } from "./causes/declarationRowsMessages";
import { CLOCK } from "./causes/volatilityMessages";

/**
 * The advice when the server refuses the declaration on an empty clone of the table, where no row is
 * that its message could quote.
 */
export function declarationAdvice(
  index: IndexDefinition,
  error: unknown,
  cause: Cause = declarationCause(error) ?? { fix: "correct the declaration" },
): Advice {
  const { because, fix, otherwise, code } = cause;
  const refused =
    "PostgreSQL refused the declaration on an empty copy of the table " +
    `(SQLSTATE ${sqlState(error) ?? "unknown"})`;
  const why = [because, refused, ...hintsOf(error), NOTHING_CHANGED];
  return {
    what: `cannot build ${subject(index)}: ${withDetail(error)}`,
    why: why.filter((it) => it !== undefined).join("; "),
    fix,
    ...(otherwise !== undefined && { otherwise }),
    ...(code !== undefined && { code }),
  };
}

/** The declaration would be another one in each run, and no index the declared one. */
export function momentAdvice(index: IndexDefinition, moment: string): Advice {
  return {
    what: `cannot build ${subject(index)}: ${moment} would be the time of the build for ever`,
    why: `PostgreSQL replaces ${moment} by the time at which it reads the declaration; ${NOTHING_CHANGED}`,
    fix: CLOCK,
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
