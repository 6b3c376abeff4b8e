import type { RebuildWhen } from "../engine/declare/desiredIndex";
import { PgIndexError, type Problem } from "../engine/errors/advice";

/** Inputs that are ours and not the user's. */
export interface HiddenInputs {
  readonly __provider?: unknown;
  readonly __urn?: string;
  /** True while the program runs for a preview; never kept. */
  readonly __preview?: boolean;
}

/**
 * Checked inputs of an `Index`: what the program declared, and the statement that follows from it.
 */
export type IndexInputs = Record<string, unknown> & {
  readonly __urn?: string;
  readonly statement?: string;
  readonly rebuildWhen?: RebuildWhen;
};

/** Splits what a program declared from what the resource class added. */
export function splitHidden<T extends object>(
  news: T & HiddenInputs,
): { hidden: HiddenInputs; declared: Omit<T, keyof HiddenInputs> } {
  const { __provider, __urn, __preview, ...declared } = news;
  return { hidden: { __provider, __urn, __preview }, declared };
}

/** What Pulumi prints below the resource for a refused input. */
export interface CheckFailure {
  /**
   * Empty: Pulumi prints the value of a property named here, also that of a secret. The reason
   * names the argument.
   */
  readonly property: "";
  readonly reason: string;
}

export function toFailures(problems: readonly Problem[]): CheckFailure[] {
  return problems.map(({ path, message, fix }) => ({
    property: "",
    reason: `${path} ${message}; ${fix}`,
  }));
}

/** A refusal by the server, as a failure of the resource. */
export function toFailure(error: unknown): CheckFailure {
  if (error instanceof PgIndexError) return { property: "", reason: error.message };
  throw error;
}
