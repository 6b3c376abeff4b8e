import { ChangedError } from "./advice";

/** What an error of a step means for what comes next. */
export type Reaction =
  /** Somebody or something interrupted us: connect again, look again, try again. */
  | "retry"
  /** The catalog is not what we thought: look again and decide anew. */
  | "reobserve"
  /** Trying again cannot help. */
  | "final";

interface PostgresError {
  readonly code?: string;
  readonly message: string;
  readonly detail?: string;
  readonly constraint?: string;
}

/**
 * The SQLSTATE of whatever was thrown, or undefined: a lost connection has none. No class begins
 * with E, and every code of the operating system does: EPIPE is as long as an SQLSTATE.
 */
export function sqlState(error: unknown): string | undefined {
  const code = (error as PostgresError | undefined)?.code;
  return typeof code === "string" && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

/**
 * SQLSTATE classes whose texts speak of names, rights and the server. All others may quote a row's
 * values, which may be anybody's data (22P02: invalid input syntax for type uuid: "…").
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
 * Integrity violations: the message names constraint and table, and DETAIL has the row's values.
 */
const VIOLATION_CLASS = "23";

/**
 * What the server said, with DETAIL, as far as it cannot quote a row; undefined when all of it
 * might.
 */
export function harmlessText(error: unknown): string | undefined {
  const { message, detail } = error as PostgresError;
  const errorClass = sqlState(error)?.slice(0, 2);
  if (errorClass === VIOLATION_CLASS) return message;
  if (errorClass !== undefined && !HARMLESS_CLASSES.has(errorClass)) return undefined;
  return detail ? `${message} (${detail})` : message;
}

/**
 * SQLSTATEs that say "not now" (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * lock not available, deadlock (the builder is the victim when somebody queued behind it),
 * cancelled, terminated, crash, starting up, transaction timeout, too many connections.
 */
const RETRYABLE = new Set(["55P03", "40P01", "57014", "57P01", "57P02", "57P03", "25P04", "53300"]);

/** Class 08: connection exceptions. */
const CONNECTION_CLASS = "08";

/** Decides by SQLSTATE what an error of a build or a drop means. */
export function classify(error: unknown): Reaction {
  if (error instanceof ChangedError) return "reobserve";
  const state = sqlState(error);
  if (state === undefined) return isConnectionLoss(error) ? "retry" : "final";
  if (RETRYABLE.has(state) || state.startsWith(CONNECTION_CLASS)) return "retry";
  if (state === "42P07" || isNameRace(error) || isCatalogRace(error)) return "reobserve";
  return "final";
}

/**
 * Two sessions that create one name at once: the loser may get a unique violation of the catalog
 * itself.
 */
export function isNameRace(error: unknown): boolean {
  const { constraint } = error as PostgresError;
  return sqlState(error) === "23505" && constraint === "pg_class_relname_nsp_index";
}

/**
 * Functions such as `pg_get_indexdef` read the catalog as it is now, and not as the statement's
 * snapshot has it: of an index that another session drops at that moment they find no more. The
 * text of such an error is never translated.
 */
export function isCatalogRace(error: unknown): boolean {
  const { message } = error as PostgresError;
  return (
    sqlState(error) === "XX000" &&
    /^(cache lookup failed for|could not open relation)/.test(message)
  );
}

/**
 * node-postgres and Node's sockets give a lost connection no SQLSTATE. The outcome of the statement
 * is unknown then.
 */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = (error ?? {}) as {
    code?: string;
    message?: string;
  };
  return (
    isUnreachable(error) ||
    (code !== undefined && SOCKET_CODES.has(code)) ||
    /connection (terminated|ended)|not queryable|client was closed/i.test(message ?? "")
  );
}

const SOCKET_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/**
 * Nobody was reached: no host of that name just now, no way to it, nothing that listens, no answer.
 */
export function isUnreachable(error: unknown): boolean {
  const { code, message, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  // A server that is down has no socket on the machine.
  if (code === "ENOENT") return syscall === "connect";
  return (code !== undefined && UNREACHABLE_CODES.has(code)) || message === "timeout expired";
}

const UNREACHABLE_CODES = new Set([
  "ETIMEDOUT",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
