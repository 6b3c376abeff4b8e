import type { LiveTable } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { sqlState } from "../errors/sqlstate";
import type { Hazard } from "../hazards/hazard";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { renderBytes } from "../text/render";
import { ident } from "../text/sql";
import {
  duplicatesHazard,
  failingRowHazard,
  mayNotReadText,
  notLookedHazard,
  ROWS_HIDDEN,
} from "./duplicateMessages";
import { indexedRows, lookAtRows } from "./rowLook";
import { readUniqueKey, type UniqueKey } from "./uniqueKey";

/** A larger table is left to the build. */
const MOST_BYTES = 32 * 1024 * 1024;

const LOOK_MS = 1_000;

/**
 * Looks for rows that a unique index would reject at the end of its build, or for which an
 * expression fails. Read-only and bounded; it says where it has not looked.
 */
export async function foreseeDuplicates(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<Hazard[]> {
  if (!desired.unique) return [];
  const bytes = await sizeOf(session, table);
  if (bytes > MOST_BYTES)
    return [notLookedHazard(desired, `the table is larger than ${renderBytes(MOST_BYTES)}`)];
  const denied = await missingRight(session, table);
  if (denied) return [notLookedHazard(desired, mayNotReadText(desired, denied))];
  const key = await readUniqueKey(session, desired);
  if (key.kind === "unreadable") return [notLookedHazard(desired, key.why)];
  return look(session, desired, table, key);
}

interface Duplicates {
  /** How many keys stand in more than one row. */
  readonly keys: number;
  /** How many rows they are in. */
  readonly rows: number;
}

async function look(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
  key: UniqueKey,
): Promise<Hazard[]> {
  try {
    const found = await lookAtRows(session, { timeoutMs: LOOK_MS, settings: NO_INDEX }, async () =>
      onlyRow(await session.query<Duplicates>(duplicatesSql(desired, table, key))),
    );
    if (found.kind === "timedOut")
      return [notLookedHazard(desired, `it takes longer than ${LOOK_MS / 1000} s`)];
    return found.value.keys > 0 ? [duplicatesHazard(desired, found.value)] : [];
  } catch (error) {
    const state = sqlState(error);
    if (state === undefined) throw error;
    // What fails for a row here fails for it in the build.
    if (state.startsWith("22")) return [failingRowHazard(desired, state)];
    const why = state === "42501" ? ROWS_HIDDEN : `the server stopped the look (SQLSTATE ${state})`;
    return [notLookedHazard(desired, why)];
  }
}

async function sizeOf(session: Session, { oid }: LiveTable): Promise<number> {
  const rows = await session.query<{ bytes: number }>(
    `SELECT coalesce((SELECT sum(pg_relation_size(relid))
                        FROM pg_partition_tree($1::int8::oid::regclass) WHERE isleaf),
                     pg_relation_size($1::int8::oid::regclass))::float8 AS bytes`,
    [oid],
  );
  return onlyRow(rows).bytes;
}

/** The role, if it may not read the table. */
async function missingRight(session: Session, { oid }: LiveTable): Promise<string | undefined> {
  const rows = await session.query<{ role: string; reads: boolean }>(
    "SELECT current_user AS role, has_table_privilege($1::int8::oid, 'SELECT') AS reads",
    [oid],
  );
  const { role, reads } = onlyRow(rows);
  return reads ? undefined : role;
}

/** The scan of an index would count as traffic. */
const NO_INDEX: Readonly<Record<string, string>> = {
  enable_indexscan: "off",
  enable_indexonlyscan: "off",
  enable_bitmapscan: "off",
};

/**
 * Counts what the index would reject. OFFSET 0 keeps PostgreSQL from evaluating a key of a row that
 * the predicate leaves out.
 *
 * @example
 * // SELECT count(*)::float8 AS keys, coalesce(sum(n), 0)::float8 AS rows
 * //   FROM (SELECT count(*) AS n
 * //           FROM (SELECT "email" AS k1 FROM ONLY "public"."users" OFFSET 0) AS r
 * //          WHERE k1 IS DISTINCT FROM NULL
 * //          GROUP BY k1 COLLATE pg_catalog."default" HAVING count(*) > 1) AS d
 */
function duplicatesSql(
  desired: DesiredIndex,
  table: LiveTable,
  { keys, predicate }: UniqueKey,
): string {
  const from = indexedRows(desired, table);
  const columns = keys.map(({ expression }, i) => `(${expression}) AS ${ident(`k${i + 1}`)}`);
  const where = predicate === null ? "" : ` WHERE ${predicate}`;
  const rows = `SELECT ${columns.join(", ")} FROM ${from}${where} OFFSET 0`;
  const groups = keys.map(
    ({ collation }, i) => ident(`k${i + 1}`) + (collation ? ` COLLATE ${collation}` : ""),
  );
  // A composite value that has only nulls IS NULL, but is no null to an index.
  const known = keys.map((_, i) => `${ident(`k${i + 1}`)} IS DISTINCT FROM NULL`);
  const wanted = desired.nullsNotDistinct ? "" : ` WHERE ${known.join(" AND ")}`;
  return (
    "SELECT count(*)::float8 AS keys, coalesce(sum(n), 0)::float8 AS rows " +
    `FROM (SELECT count(*) AS n FROM (${rows}) AS r${wanted} ` +
    `GROUP BY ${groups.join(", ")} HAVING count(*) > 1) AS d`
  );
}
