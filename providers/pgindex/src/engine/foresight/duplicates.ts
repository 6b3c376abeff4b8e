import type { LiveTable } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { type Bounds, runBounded } from "../scans/boundedTransaction";
import { stopCounting } from "../scans/scanCounting";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { renderBytes } from "../text/render";
import { ident, qualified } from "../text/sql";
import {
  duplicatesAdvice,
  failingRowAdvice,
  mayNotReadText,
  notLookedText,
  ROWS_HIDDEN,
} from "./duplicateMessages";
import { readUniqueKey, type UniqueKey } from "./uniqueKey";

/** A larger table is left to the build. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The look holds ACCESS SHARE on the table, behind which an ALTER TABLE would queue. */
const LOOK_MS = 1_000;
const LOCK_TIMEOUT_MS = 500;

/**
 * Looks for rows that a unique index would reject at the end of its build. Throws
 * {@link PgIndexError} if there are any, or if an expression fails for a row. Returns a line that says
 * why it was not looked; undefined when it was, and all is well. Read-only and bounded.
 */
export async function refuseDuplicates(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<string | undefined> {
  if (!desired.unique) return undefined;
  const bytes = await sizeOf(session, table);
  if (bytes > MOST_BYTES)
    return notLookedText(desired, `the table is larger than ${renderBytes(MOST_BYTES)}`);
  const denied = await missingRight(session, table);
  if (denied) return notLookedText(desired, mayNotReadText(desired, denied));
  const key = await readUniqueKey(session, desired);
  if (key.kind === "unreadable") return notLookedText(desired, key.why);
  const why = await look(session, desired, table, key);
  return why && notLookedText(desired, why);
}

interface Duplicates {
  /** How many keys stand in more than one row. */
  readonly keys: number;
  /** How many rows they are in. */
  readonly rows: number;
}

/** Returns why nothing could be seen. */
async function look(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
  key: UniqueKey,
): Promise<string | undefined> {
  const isCounted = !(await stopCounting(session));
  const bounds: Bounds = { timeoutMs: LOOK_MS, indexOids: [], isCounted };
  try {
    const found = await runBounded(session, bounds, () => count(session, desired, table, key));
    if (found.kind === "timedOut") return `it takes longer than ${LOOK_MS / 1000} s`;
    if (found.value.keys > 0) throw new PgIndexError(duplicatesAdvice(desired, found.value));
    return undefined;
  } catch (error) {
    const state = sqlState(error);
    if (state === undefined) throw error;
    // What fails for a row here fails for it in the build.
    if (state.startsWith("22"))
      throw new PgIndexError(failingRowAdvice(desired, error), { cause: error });
    return state === "42501" ? ROWS_HIDDEN : `the server stopped the look (SQLSTATE ${state})`;
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

/**
 * Neither an index, whose scan would count as traffic, nor a worker, nor a policy, which runs
 * functions and hides rows.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  lock_timeout: String(LOCK_TIMEOUT_MS),
  enable_indexscan: "off",
  enable_indexonlyscan: "off",
  enable_bitmapscan: "off",
  max_parallel_workers_per_gather: "0",
  row_security: "off",
};

async function count(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
  key: UniqueKey,
): Promise<Duplicates> {
  await setSettings(session.query, "transaction", SETTINGS);
  return onlyRow(await session.query<Duplicates>(duplicatesSql(desired, table, key)));
}

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
export function duplicatesSql(
  { schema, table: name, nullsNotDistinct }: DesiredIndex,
  { kind }: Pick<LiveTable, "kind">,
  { keys, predicate }: UniqueKey,
): string {
  // Children by plain inheritance have indexes of their own.
  const from = `${kind === "partitioned table" ? "" : "ONLY "}${qualified(schema, name)}`;
  const columns = keys.map(({ expression }, i) => `(${expression}) AS ${ident(`k${i + 1}`)}`);
  const where = predicate === null ? "" : ` WHERE ${predicate}`;
  const rows = `SELECT ${columns.join(", ")} FROM ${from}${where} OFFSET 0`;
  const groups = keys.map(
    ({ collation }, i) => ident(`k${i + 1}`) + (collation ? ` COLLATE ${collation}` : ""),
  );
  // A composite value that has only nulls IS NULL, but is no null to an index.
  const known = keys.map((_, i) => `${ident(`k${i + 1}`)} IS DISTINCT FROM NULL`);
  const wanted = nullsNotDistinct ? "" : ` WHERE ${known.join(" AND ")}`;
  return (
    "SELECT count(*)::float8 AS keys, coalesce(sum(n), 0)::float8 AS rows " +
    `FROM (SELECT count(*) AS n FROM (${rows}) AS r${wanted} ` +
    `GROUP BY ${groups.join(", ")} HAVING count(*) > 1) AS d`
  );
}
