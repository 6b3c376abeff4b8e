import type { RebuildWhen } from "../engine/declare/desiredIndex";
import { PgIndexError, type Problem } from "../engine/errors/advice";

/** Inputs that we add, not the user. */
export interface HiddenInputs {
  readonly __provider?: unknown;
  readonly __urn?: string;
  /** True during a preview; never recorded. */
  readonly __preview?: boolean;
  /** Where the program's arguments are secret: `columns.0.expression`. */
  readonly __secret?: readonly string[];
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
  const { __provider, __urn, __preview, __secret, ...declared } = news;
  return { hidden: { __provider, __urn, __preview, __secret }, declared };
}

/** Inputs with a placeholder, so that Pulumi takes the output of the name for a secret. */
type Placeholders = Readonly<Record<string, unknown>>;

/** As {@link splitHidden}; `kept` is what has to be recorded for the named outputs to stay secret. */
export function splitSecret<T extends object>(
  news: T & HiddenInputs,
  outputs: readonly string[],
): ReturnType<typeof splitHidden<T>> & { readonly kept: Placeholders } {
  const { hidden, declared } = splitHidden(news);
  const { __secret } = hidden;
  if (__secret === undefined) return { hidden, declared, kept: {} };
  const all = Object.entries(declared);
  const isKept = ([name]: [string, unknown]) => outputs.includes(name);
  return {
    hidden,
    declared: Object.fromEntries(all.filter((each) => !isKept(each))) as typeof declared,
    kept: { ...Object.fromEntries(all.filter(isKept)), __secret },
  };
}

/** Of an `Index`; `statement` is an input of every one. */
export function splitIndex(news: IndexInputs): ReturnType<typeof splitSecret<IndexInputs>> {
  return splitSecret(news, ["definition", "canonical", "drift"]);
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
