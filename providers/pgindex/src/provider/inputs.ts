import type { RebuildWhen } from "../engine/declare/desiredIndex";
import { PgIndexError, type Problem } from "../engine/errors/advice";
import type { CheckFailure } from "./contract";

/** Checked inputs of an `Index`: the program's declaration and the statement derived from it. */
export type IndexInputs = Record<string, unknown> & {
  readonly statement?: string;
  readonly rebuildWhen?: RebuildWhen;
};

export function toFailures(problems: readonly Problem[]): CheckFailure[] {
  return problems.map(({ path, message, fix }) => ({
    path,
    reason: `${message}; ${fix}`,
  }));
}

/** Turns a {@link PgIndexError} into a failure of the resource; throws any other error. */
export function toFailure(error: unknown): CheckFailure {
  if (error instanceof PgIndexError) return { path: "", reason: error.message };
  throw error;
}

/** A value without what is null in it: null and absent are the same to Pulumi's programs. */
export function withoutNull(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNull);
  const set = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(set.map(([key, each]) => [key, withoutNull(each)]));
}
