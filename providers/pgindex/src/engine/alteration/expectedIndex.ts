import { ChangedError } from "../errors/advice";
import type { Session } from "../session/session";

/**
 * An index and the name it must have. A statement finds an index by name, so only here, under its
 * lock, is it certain which one it has changed.
 */
export interface ExpectedIndex {
  readonly oid: number;
  /** Null if it must be gone. */
  readonly name: string | null;
  readonly valid?: boolean;
}

/** Throws {@link ChangedError} in the transaction that would otherwise be committed. */
export async function requireExpected(
  builder: Session,
  what: string,
  expects: readonly ExpectedIndex[],
): Promise<void> {
  for (const { oid, name, valid } of expects) {
    const [found] = await builder.query<{ name: string; valid: boolean }>(
      `SELECT c.relname AS name, i.indisvalid AS valid
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
        WHERE c.oid = $1`,
      [oid],
    );
    const isExpected =
      (found?.name ?? null) === name && (valid === undefined || found?.valid === valid);
    if (!isExpected) throw changedError(what);
  }
}

export function changedError(what: string): ChangedError {
  return new ChangedError(`${what}: the index has changed since that was planned`);
}
