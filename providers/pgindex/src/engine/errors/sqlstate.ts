import { maskConstants } from "../text/maskStatement";
import { ChangedError } from "./advice";

/** What to do after a step has failed. */
export type Reaction =
  /** The step was interrupted: reconnect, read the catalog again and retry. */
  | "retry"
  /** The catalog is not what we thought: read it again and decide anew. */
  | "reobserve"
  /** Retrying cannot help. */
  | "final";

interface PostgresError {
  readonly code?: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** CONTEXT: what the server was in when it failed, from the inside out. */
  readonly where?: string;
  /** The function of the server's source that reported it: never translated. */
  readonly routine?: string;
  readonly constraint?: string;
}

/**
 * The SQLSTATE of anything thrown, or undefined: a lost connection has none. No SQLSTATE class
 * begins with E, but every operating system code does, and EPIPE is as long as an SQLSTATE.
 */
export function sqlState(error: unknown): string | undefined {
  const code = (error as PostgresError | undefined)?.code;
  return typeof code === "string" && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

/** The routine of the server that reported the error; empty if it was not the server. */
export function routineOf(error: unknown): string {
  return (error as PostgresError | undefined)?.routine ?? "";
}

/** Whether the error came from within a function that the statement called. */
export function isWithinFunction(error: unknown): boolean {
  return Boolean((error as PostgresError | undefined)?.where);
}

/**
 * SQLSTATE classes whose messages mention only names, privileges and the server. All others can
 * quote values of a row, which can be user data (22P02: invalid input syntax for type uuid: "…").
 */
const HARMLESS_CLASSES = new Set([
  "08",
  "0A",
  "25",
  "40",
  "42",
  "53",
  "54",
  "55",
  "57",
  "58",
  "XX",
]);

/**
 * Integrity violations: the message names constraint and table; DETAIL holds the row's values.
 */
const VIOLATION_CLASS = "23";

/** Data exceptions whose message is always the same, such as "division by zero". */
const FIXED_MESSAGES = new Set(["22012", "2201E", "2201F"]);

/** PL/pgSQL's RAISE: somebody's own text, with any SQLSTATE that he likes. */
export const RAISE = "exec_stmt_raise";

/** Whether no part of the error can quote a row. */
function isHarmless(error: unknown): boolean {
  if (routineOf(error) === RAISE) return false;
  const state = sqlState(error);
  return (
    state === undefined || FIXED_MESSAGES.has(state) || HARMLESS_CLASSES.has(state.slice(0, 2))
  );
}

/**
 * The server's message with DETAIL, without any part that can quote a row; undefined when even the
 * message can.
 */
export function harmlessText(error: unknown): string | undefined {
  const { message } = error as PostgresError;
  const isViolation = sqlState(error)?.startsWith(VIOLATION_CLASS) && routineOf(error) !== RAISE;
  if (isViolation) return message;
  return isHarmless(error) ? withDetail(error) : undefined;
}

/** The server's message with DETAIL, for an error that no row was near. */
export function withDetail(error: unknown): string {
  const { message, detail } = error as PostgresError;
  return detail ? `${message} (${detail})` : message;
}

/** CONTEXT can be a page long. */
const CONTEXT_LENGTH = 300;

/** The server's HINT and CONTEXT, but nothing where any part can quote a row. */
export function harmlessHints(error: unknown): string[] {
  return isHarmless(error) ? hintsOf(error) : [];
}

/**
 * The server's HINT and CONTEXT, without constants: CONTEXT can hold a statement that a function
 * has put together from values.
 */
export function hintsOf(error: unknown): string[] {
  const { hint, where } = error as PostgresError;
  // Whatever the language quotes by: within, a constant is a constant.
  const context = where && maskConstants(where.replaceAll(/["«»„“”]/g, " "));
  return [
    // Parts are joined by semicolons.
    ...(hint ? [`HINT: ${hint.replace(/\.$/, "")}`] : []),
    ...(context ? [`CONTEXT: ${context.slice(0, CONTEXT_LENGTH)}`] : []),
  ];
}

/**
 * SQLSTATEs that mean "not now" (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * lock not available, deadlock (the build is the victim when another session queues behind it),
 * cancelled, terminated, crash, starting up, transaction timeout, too many connections.
 */
const RETRYABLE = new Set(["55P03", "40P01", "57014", "57P01", "57P02", "57P03", "25P04", "53300"]);

/** Class 08: connection exceptions. */
const CONNECTION_CLASS = "08";

/** Decides by SQLSTATE how to react to an error of a build or a drop. */
export function classify(error: unknown): Reaction {
  if (error instanceof ChangedError) return "reobserve";
  const state = sqlState(error);
  if (state === undefined) return isConnectionLoss(error) ? "retry" : "final";
  if (RETRYABLE.has(state) || state.startsWith(CONNECTION_CLASS)) return "retry";
  if (state === "42P07" || isNameRace(error) || isCatalogRace(error)) return "reobserve";
  return "final";
}

/** When two sessions create the same name, the loser can get a unique violation in the catalog. */
export function isNameRace(error: unknown): boolean {
  const { constraint } = error as PostgresError;
  return sqlState(error) === "23505" && constraint === "pg_class_relname_nsp_index";
}

/**
 * Functions such as `pg_get_indexdef` read the current catalog rather than the statement's
 * snapshot, so they fail on an index that another session has just dropped. The text of such an
 * error is never translated.
 */
export function isCatalogRace(error: unknown): boolean {
  const { message } = error as PostgresError;
  return (
    sqlState(error) === "XX000" &&
    /^(cache lookup failed for|could not open relation)/.test(message)
  );
}

/**
 * Whether the connection was lost: node-postgres and Node's sockets report no SQLSTATE then. The
 * outcome of the statement is unknown.
 */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = (error ?? {}) as {
    code?: string;
    message?: string;
  };
  return (
    isUnreachable(error) ||
    SOCKET_CODES.has(code) ||
    /connection (terminated|ended|counts as lost)|not queryable|client was closed/i.test(
      message ?? "",
    )
  );
}

const SOCKET_CODES = new Set<string | undefined>(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/**
 * Whether no server was reached: unknown host name, no route, connection refused or no answer.
 */
export function isUnreachable(error: unknown): boolean {
  const { code, message, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A local server that is down has no socket file.
  if (code === "ENOENT") return syscall === "connect";
  return UNREACHABLE_CODES.has(code) || message === "timeout expired";
}

const UNREACHABLE_CODES = new Set<string | undefined>([
  "ETIMEDOUT",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
