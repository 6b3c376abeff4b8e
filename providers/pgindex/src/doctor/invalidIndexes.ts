import type { Session } from "../engine/session/session";
import { type Finding, ok, warning } from "./finding";

interface InvalidIndex {
  readonly name: string;
  readonly unique: boolean;
  /** Every write maintains it. */
  readonly ready: boolean;
  /** Queries may still use it: a drop has not begun. */
  readonly live: boolean;
  readonly isToast: boolean;
  /** The table that the TOAST table belongs to. */
  readonly owner: string | null;
  /** REINDEX CONCURRENTLY left it. */
  readonly isOfReindex: boolean;
}

export async function invalidIndexes(observer: Session): Promise<Finding[]> {
  const rows = await observer.query<InvalidIndex>(
    `SELECT i.indexrelid::regclass::text AS name, i.indisunique AS "unique",
            i.indisready AS ready, i.indislive AS live,
            c.relnamespace = 'pg_toast'::regnamespace AS "isToast",
            c.relname ~ '_cc(new|old)[0-9]*$' AS "isOfReindex",
            (SELECT t.oid::regclass::text FROM pg_class t WHERE t.reltoastrelid = i.indrelid) AS owner
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relkind = 'i'
        AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p
                         WHERE p.index_relid = i.indexrelid)
      ORDER BY 1`,
  );
  const check = "INVALID indexes";
  if (rows.length === 0) return [ok(check, "none")];
  return rows.map((row) => warning(check, costOf(row), fixOf(row)));
}

function costOf({ name, unique, ready, live, isToast, owner }: InvalidIndex): string {
  const of = isToast && owner ? ` (of ${owner}'s TOAST table)` : "";
  const what = `${name}${of}: no query uses it`;
  if (!live || !ready) return `${what}, and no write pays for it; it takes up disk space`;
  return `${what}, every write pays for it${unique ? ", and because it is UNIQUE it can reject rows" : ""}`;
}

/** A TOAST table's index cannot be declared; what a REINDEX left is nobody's declaration. */
function fixOf({ name, isToast, isOfReindex }: InvalidIndex): string {
  const drop = `if nobody is building it: DROP INDEX CONCURRENTLY ${name}`;
  if (isToast || isOfReindex) return `${drop}; a REINDEX CONCURRENTLY that was ended left it`;
  return `declare it, and pulumi up rebuilds it; or, ${drop}`;
}
