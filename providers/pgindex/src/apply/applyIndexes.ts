import { ensureIndex } from "../engine/build/ensure";
import { lookAhead, type Preview } from "../engine/build/preview";
import type { Ensured } from "../engine/build/request";
import type { DesiredIndex } from "../engine/declare/desiredIndex";
import { parseIndexArgs } from "../engine/declare/parseIndex";
import { CancelledError, PgIndexError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";
import type { Database } from "../engine/session/database";
import type { IndexDeclaration } from "../import/declaration";
import { undeclarableAdvice } from "./applyMessages";

/** An index to apply, and what the look before anything began has shown. */
export interface Planned {
  readonly desired: DesiredIndex;
  readonly look: Preview;
}

/** What became of one. */
export type Applied =
  | { readonly kind: "valid"; readonly ensured: Ensured }
  | { readonly kind: "failed"; readonly error: unknown }
  /** One before it failed, or the user stopped. */
  | { readonly kind: "notBegun" };

/** Says what happens to an index. */
export type Reporter = (desired: DesiredIndex) => Context;

/**
 * Looks at the database for every index before the first one is built, so that all refusals are
 * there at once.
 */
export async function planIndexes(
  database: Database,
  declarations: readonly IndexDeclaration[],
): Promise<{ readonly planned: readonly Planned[]; readonly refused: readonly PgIndexError[] }> {
  const planned: Planned[] = [];
  const refused: PgIndexError[] = [];
  for (const declaration of declarations) {
    try {
      const desired = await parsed(declaration);
      planned.push({ desired, look: await lookAhead(database, desired) });
    } catch (error) {
      if (!(error instanceof PgIndexError)) throw error;
      refused.push(error);
    }
  }
  return { planned, refused };
}

/**
 * Builds what is missing, one after the other, with `CREATE INDEX CONCURRENTLY`, and ends at the
 * first one that fails. Does no more than the looks have shown.
 */
export async function applyIndexes(
  database: Database,
  planned: readonly Planned[],
  reporter: Reporter,
): Promise<Applied[]> {
  const results: Applied[] = [];
  for (const { desired, look } of planned) {
    if (results.some(({ kind }) => kind !== "valid")) {
      results.push({ kind: "notBegun" });
      continue;
    }
    try {
      const { foreseen } = look;
      const ensured = await ensureIndex({ database, desired, foreseen, ctx: reporter(desired) });
      results.push({ kind: "valid", ensured });
    } catch (error) {
      results.push({ kind: "failed", error });
    }
  }
  return results;
}

export function isCancelled(result: Applied): boolean {
  return result.kind === "failed" && result.error instanceof CancelledError;
}

async function parsed(declaration: IndexDeclaration): Promise<DesiredIndex> {
  const read = await parseIndexArgs(declaration);
  if (read.kind === "ok") return read.value;
  throw new PgIndexError(undeclarableAdvice(declaration, read));
}
