import { oneLine } from "../text/printable";

/**
 * One thing that is wrong with an input.
 *
 * `path` is the argument as the program wrote it (`columns[1].expression`), `message` says what is
 * wrong with it and `fix` what to write instead.
 */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** What an error tells its reader: an error is advice, not only a refusal. */
export interface Advice {
  /** What was refused or failed, with the user's own names. */
  readonly what: string;
  /** Why that is so, or why going on would hurt. */
  readonly why: string;
  /** The exact thing to do. */
  readonly fix: string;
  /** The way round, where there is one. */
  readonly otherwise?: string;
}

/** Renders advice as the lines that Pulumi shows below the resource, one each. */
export function renderAdvice(advice: Advice): string {
  const lines = [advice.what, `  why: ${advice.why}`, `  fix: ${advice.fix}`];
  if (advice.otherwise) lines.push(`  or:  ${advice.otherwise}`);
  return lines.map(oneLine).join("\n");
}

/**
 * An error whose message is advice. The cause is kept for the log and never printed with values of
 * a URL.
 */
export class PgIndexError extends Error {
  override readonly name = "PgIndexError";
  readonly advice: Advice;

  constructor(advice: Advice, options?: { cause?: unknown }) {
    super(renderAdvice(advice), options);
    this.advice = advice;
  }
}

/**
 * The server that answered is of the wrong kind: it takes no writes. A failover may change that, so
 * it is worth another look.
 */
export class UnsuitableServerError extends PgIndexError {}

/** Somebody has locked the table for the moment, so that nothing can be said of it. */
export class LockedTableError extends PgIndexError {}

/** What a decision rests on has changed before it was carried out: worth another look. */
export class ChangedError extends Error {
  override readonly name = "ChangedError";
}

/**
 * The operation was cancelled by the user (Ctrl-C, `pulumi cancel`) or by the loss of the Pulumi
 * CLI.
 */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of advice: what was refused or failed. */
export function firstLine(error: unknown): string {
  return errorText(error).replace(/\n.*/s, "");
}

export const NOTHING_CHANGED = "nothing was changed";
