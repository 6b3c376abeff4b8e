import type { RebuildWhen } from "../engine/declare/desiredIndex";
import { PgIndexError, type Problem } from "../engine/errors/advice";

/** Inputs that we add, not the user. */
export interface HiddenInputs {
  readonly __provider?: unknown;
  readonly __urn?: string;
  /** True during a preview; never recorded. */
  readonly __preview?: boolean;
}

/** Checked inputs of an `Index`: the program's declaration and the statement derived from it. */
export type IndexInputs = Record<string, unknown> & {
  readonly __urn?: string;
  readonly statement?: string;
  readonly rebuildWhen?: RebuildWhen;
};

/** Separates the program's declaration from what the resource class added. */
export function splitHidden<T extends object>(
  news: T & HiddenInputs,
): { hidden: HiddenInputs; declared: Omit<T, keyof HiddenInputs> } {
  const { __provider, __urn, __preview, ...declared } = news;
  return { hidden: { __provider, __urn, __preview }, declared };
}

/** A refused input, which Pulumi prints below the resource. */
export interface CheckFailure {
  /**
   * Empty, because Pulumi prints the value of a property named here, even if it is a secret. The
   * reason names the argument.
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

/** Turns a {@link PgIndexError} into a failure of the resource; throws any other error. */
export function toFailure(error: unknown): CheckFailure {
  if (error instanceof PgIndexError) return { property: "", reason: error.message };
  throw error;
}
