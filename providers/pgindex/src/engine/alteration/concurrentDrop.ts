import { dropName, isDropName } from "../declare/names";
import { dropIndexStatement, renameIndexStatement } from "../declare/statement";
import type { Operation } from "../operation/operation";
import { displayName } from "../text/render";
import { runWatched } from "../watch/watchedStatement";
import { runAlteration } from "./alteration";

/** An index to drop, as it was when the drop was decided. */
export interface DoomedIndex {
  readonly schema: string;
  readonly name: string;
  readonly oid: number;
  readonly tableOid: number;
  readonly valid: boolean;
}

/** Where a drop reports, and its position in a larger operation. */
export interface Dropping extends Operation {
  /** "dropping users_email_idx" */
  readonly verb: string;
  readonly position?: string;
}

/**
 * The statements that drop an index concurrently. DROP INDEX CONCURRENTLY waits for the lock of the
 * index it found by name, then looks the name up again, and drops what has it by then. So the index
 * first gets a name of its own, under its lock and with its OID checked.
 *
 * @example
 * // ALTER INDEX "public"."users_email_idx" RENAME TO "users_email_idx_pgindex_drop_16412"
 * // DROP INDEX CONCURRENTLY "public"."users_email_idx_pgindex_drop_16412"
 *
 * @see https://www.postgresql.org/docs/current/sql-dropindex.html
 */
export function dropSqls({
  schema,
  name,
  oid,
}: Pick<DoomedIndex, "schema" | "name" | "oid">): readonly string[] {
  const last = lastNameOf({ name, oid });
  const drop = dropIndexStatement(schema, last);
  return name === last ? [drop] : [renameIndexStatement(schema, name, last), drop];
}

/** The index has it already if an earlier drop was interrupted. */
export function lastNameOf({ name, oid }: Pick<DoomedIndex, "name" | "oid">): string {
  return isDropName({ name, oid }) ? name : dropName(name, oid);
}

/**
 * Drops this very index. Throws {@link ChangedError} if it is another by now, or no longer as valid
 * as it was. If the drop fails, what is left gets its name back.
 */
export async function dropConcurrently(index: DoomedIndex, dropping: Dropping): Promise<void> {
  const last = lastNameOf(index);
  const [drop = "", rename] = [...dropSqls(index)].reverse();
  if (rename !== undefined) {
    await runAlteration(
      {
        sqls: [rename],
        what: `drop ${displayName(index)}`,
        tableOid: index.tableOid,
        expects: [{ oid: index.oid, name: last, valid: index.valid }],
      },
      dropping,
    );
  }
  try {
    await runWatched(drop, dropping);
  } catch (error) {
    if (rename !== undefined) await giveNameBack(index, last, dropping);
    throw error;
  }
}

/** Never fails: the next run finds the index under either name. */
async function giveNameBack(
  { schema, name }: DoomedIndex,
  last: string,
  { observer }: Dropping,
): Promise<void> {
  await observer.query(renameIndexStatement(schema, last, name)).catch(() => undefined);
}
