import { oneLine } from "../text/printable";

/**
 * One problem with an input.
 *
 * `path` is the argument as the program wrote it (`columns[1].expression`), `message` is the
 * problem and `fix` what to write instead.
 */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** The parts of an error message: it gives advice, not only a refusal. */
export interface Advice {
  /** What was refused or failed, in the user's own names. */
  readonly what: string;
  /** Why, or what harm going on would do. */
  readonly why: string;
  /** The exact thing to do. */
  readonly fix: string;
  /** An alternative or workaround, if there is one. */
  readonly otherwise?: string;
  /** The code of a hazard (hazards/hazardKinds.ts), for machines. */
  readonly code?: string;
}

/** Renders advice as the lines that Pulumi shows below the resource. */
export function renderAdvice(advice: Advice): string {
  const lines = [advice.what, `  why: ${advice.why}`, `  fix: ${advice.fix}`];
  if (advice.otherwise) lines.push(`  or:  ${advice.otherwise}`);
  return lines.map(oneLine).join("\n");
}

/**
 * An error whose message is advice. `cause` is kept for the log; values from a URL are never
 * printed.
 */
export class PgIndexError extends Error {
  override readonly name = "PgIndexError";
  readonly advice: Advice;

  constructor(advice: Advice, options?: { cause?: unknown }) {
    super(renderAdvice(advice), options);
    this.advice = advice;
  }
}

/** What was to be looked at could not be, which says nothing about what is there. */
export class CouldNotLookError extends PgIndexError {}

/**
 * The server that answered is the wrong kind, such as one that takes no writes. Worth retrying: a
 * failover can change that.
 */
export class UnsuitableServerError extends CouldNotLookError {}

/** No connection came about: no server answered, or it refused the login. */
export class UnreachableError extends CouldNotLookError {}

/** Another session has locked the table, so nothing can be read about it for now. */
export class LockedTableError extends CouldNotLookError {}

/** The state changed between the decision and its execution. Worth deciding again. */
export class ChangedError extends Error {
  override readonly name = "ChangedError";
}

/** The user cancelled the operation (Ctrl-C, `pulumi cancel`), or the Pulumi CLI is gone. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
}

/** The message of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line of an error's message; for advice, what was refused or failed. */
export function firstLine(error: unknown): string {
  return errorText(error).replace(/\n.*/s, "");
}

export const NOTHING_CHANGED = "nothing was changed";
