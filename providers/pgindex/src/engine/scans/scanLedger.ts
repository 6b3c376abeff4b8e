import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { everything } from "../session/sharedReads";
import { qualified } from "../text/sql";

/**
 * Where the server counts no longer tells our scans from traffic: a scan is one more in `idx_scan`,
 * whoever made it. So a session that cannot turn counting off makes, for each of its scans of an
 * index, one of an index of the system catalogs that nothing else scans: a ledger in the server's
 * own counters. Anybody can write and read it, it needs no privilege, and it is lost with the
 * counters that it explains, never before them.
 *
 * Tables share these few ledgers, by OID. What another table's measurements wrote makes traffic
 * look smaller, never larger.
 *
 * All of them exist since PostgreSQL 13, are readable by PUBLIC, and are used only by DDL.
 */
const LEDGERS = [
  { table: "pg_transform", index: "pg_transform_oid_index" },
  { table: "pg_policy", index: "pg_policy_oid_index" },
  { table: "pg_default_acl", index: "pg_default_acl_oid_index" },
  { table: "pg_cast", index: "pg_cast_oid_index" },
  { table: "pg_conversion", index: "pg_conversion_oid_index" },
  { table: "pg_event_trigger", index: "pg_event_trigger_oid_index" },
  { table: "pg_amop", index: "pg_amop_oid_index" },
  { table: "pg_amproc", index: "pg_amproc_oid_index" },
] as const;

const INDEXES: readonly string[] = LEDGERS.map(({ index }) => index);

/** The topmost table of `oid`: a partitioned index is scanned by its partitions' indexes. */
const root = (oid: string) => `coalesce(pg_catalog.pg_partition_root(${oid})::oid, ${oid})`;

/** Scans by this session that the server has not counted yet, by table. */
const PENDING = `
SELECT t::int8::float8 AS "table", pg_catalog.max(scans)::float8 AS scans
  FROM (SELECT ${root("i.indrelid")} AS t, ${root("i.indexrelid")} AS i,
               pg_catalog.sum(pg_catalog.pg_stat_get_xact_numscans(i.indexrelid)) AS scans
          FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.>=) 16384::oid
         GROUP BY 1, 2) AS each
 WHERE scans OPERATOR(pg_catalog.>) 0::numeric GROUP BY 1`;

/** Scans by table; of a table's indexes, those of the one that was scanned most. */
export type ScansByTable = ReadonlyMap<number, number>;

/** Reads the session's own scans that the server has not counted yet. Within a transaction. */
export async function pendingScans(session: Session): Promise<ScansByTable> {
  const rows = await session.query<{ table: number; scans: number }>(PENDING);
  return new Map(rows.map(({ table, scans }) => [table, scans]));
}

/** The settings that make the server read a ledger by its index, once for each scan. */
const ONE_BY_ONE = {
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_indexscan: "on",
  enable_indexonlyscan: "on",
  enable_nestloop: "on",
  max_parallel_workers_per_gather: "0",
  row_security: "on",
  statement_timeout: "0",
} as const;

/**
 * Writes scans into the ledger of each table, in the transaction that made them: the server counts
 * both when it ends. False if the server counted something else.
 */
export async function chargeScans(session: Session, scans: ScansByTable): Promise<boolean> {
  let isCharged = true;
  if (scans.size === 0) return true;
  await setSettings(session.query, "transaction", ONE_BY_ONE);
  for (const [oid, count] of scans) {
    const ledger = LEDGERS[oid % LEDGERS.length] as (typeof LEDGERS)[number];
    const before = await pendingOf(session, ledger.index);
    await session.query(
      `SELECT pg_catalog.count(*) FROM pg_catalog.generate_series(1::int4, $1::int4) AS n
        CROSS JOIN LATERAL (SELECT FROM pg_catalog.${ledger.table} AS l
                             WHERE l.oid OPERATOR(pg_catalog.=) n::oid OFFSET 0) AS found`,
      [Math.min(count, MOST)],
    );
    isCharged &&= (await pendingOf(session, ledger.index)) - before >= count;
  }
  return isCharged;
}

/** Writes scans of a table's index that the session's own counters do not have. */
export async function chargeTable(
  session: Session,
  { schema, table }: { readonly schema: string; readonly table: string },
  scans: number,
): Promise<boolean> {
  const rows = await session.query<{ oid: number }>(
    `SELECT ${root("c.oid")}::int8::float8 AS oid
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n
         ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) $1::name
        AND c.relname OPERATOR(pg_catalog.=) $2::name`,
    [schema, table],
  );
  return chargeScans(session, new Map([[onlyRow(rows).oid, scans]]));
}

/** About ten seconds of looking. A measurement that scans more often is not exact. */
const MOST = 10_000_000;

async function pendingOf(session: Session, index: string): Promise<number> {
  const rows = await session.query<{ scans: number }>(
    `SELECT coalesce(pg_catalog.pg_stat_get_xact_numscans($1::regclass), 0)::float8 AS scans`,
    [`pg_catalog.${index}`],
  );
  return onlyRow(rows).scans;
}

/**
 * Reads how many scans the ledger of an index's table has: no fewer than ours of the index since
 * the counters began. Null if there is no such index, or the ledger cannot be read.
 */
export async function ledgerScans(
  session: Session,
  { schema, name }: { readonly schema: string; readonly name: string },
): Promise<number | null> {
  const all = await everything(session, allLedgers);
  if (all) return all.get(qualified(schema, name)) ?? null;
  const rows = await session.query<LedgerRow>(`${LEDGER} WHERE n.nspname = $3 AND c.relname = $4`, [
    INDEXES,
    INDEXES.length,
    schema,
    name,
  ]);
  return rows[0]?.scans ?? null;
}

interface LedgerRow {
  readonly schema: string;
  readonly name: string;
  readonly scans: number | null;
}

const LEDGER = `
SELECT n.nspname AS schema, c.relname AS name, pg_stat_get_numscans(l.oid)::float8 AS scans
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_index i ON i.indexrelid = c.oid
  JOIN pg_class l ON l.relnamespace = 'pg_catalog'::regnamespace
   AND l.relname = ($1::text[])[1 + ${root("i.indrelid")}::int8 % $2]`;

/** By the qualified names of the indexes. */
async function allLedgers(session: Session): Promise<ReadonlyMap<string, number | null>> {
  const rows = await session.query<LedgerRow>(LEDGER, [INDEXES, INDEXES.length]);
  return new Map(rows.map((row) => [qualified(row.schema, row.name), row.scans]));
}

/**
 * Reads how many scans each ledger has. What it returns takes the OID of a topmost table; null where
 * that cannot be read.
 */
export async function readLedgers(session: Session): Promise<(tableOid: number) => number | null> {
  const rows = await session.query<{ name: string; scans: number | null }>(
    `SELECT relname::text AS name, pg_stat_get_numscans(oid)::float8 AS scans FROM pg_class
      WHERE relnamespace = 'pg_catalog'::regnamespace AND relname = ANY ($1::text[])`,
    [INDEXES],
  );
  const scans = new Map(rows.map((row) => [row.name, row.scans]));
  return (oid) => scans.get(INDEXES[oid % INDEXES.length] ?? "") ?? null;
}
