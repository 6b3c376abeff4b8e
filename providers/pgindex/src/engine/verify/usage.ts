import { type Context, pause } from "../operation/context";
import { ledgerScans } from "../scans/scanLedger";
import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";
import { qualified } from "../text/sql";
import { ALL_USAGES, ONE_USAGE } from "./usageQuery";

/**
 * The server's counters for an index, summed over its partitions. They cover this server only; a
 * replica keeps its own.
 *
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html
 */
export interface IndexUsage {
  /** `idx_scan`: scans since the last reset, by traffic and by us. */
  readonly scans: number;
  /** `idx_tup_read`: index entries that scans returned. */
  readonly tuplesRead: number;
  /** `idx_tup_fetch`: live rows that plain index scans fetched. */
  readonly tuplesFetched: number;
  /** `last_idx_scan`, ISO 8601; null before PostgreSQL 16, or if there was no scan. */
  readonly lastScan: string | null;
  /** `pg_relation_size` of the index in bytes. */
  readonly sizeBytes: number;
  /**
   * `pg_stat_database.stats_reset`, ISO 8601: the last reset of the counters. Null if nobody reset
   * them, and after a server crash, which resets them without recording it.
   */
  readonly statsReset: string | null;
  /**
   * Start of the current counts: the last reset, or the last time the server lost all counters, as
   * in a crash. ISO 8601.
   */
  readonly countersSince: string | null;
  /** It is unique, an exclusion constraint or the replica identity, so needed even if unused. */
  readonly enforces: boolean;
  /**
   * Scans of its table's indexes by any measurement of pgindex that the server counted, whichever
   * resource or command made it, since the counters began. Null if that cannot be read; missing in
   * reports of older releases.
   */
  readonly measuredScans?: number | null;
}

/** {@link IndexUsage} with our own scans separated from traffic. */
export interface AccountedUsage extends IndexUsage {
  /** Scans by anything other than this resource's measurements. */
  readonly trafficScans: number;
  /** Counted scans by this resource's measurements. */
  readonly ownScans: number;
  /**
   * False if traffic may have scanned the index more often, as where others measured the table's
   * indexes too, or a replica does not answer.
   */
  readonly isExact: boolean;
  /**
   * False if some of `trafficScans` may be our own: the server counts our scans, and its counters
   * could not be made to say how many. Missing in reports of older releases.
   */
  readonly isToldApart?: boolean;
  /** The Connection's replicas. `trafficScans` includes their scans. */
  readonly replicas: readonly ReplicaUsage[];
  /**
   * Start of the period without scans by traffic, as far back as the history goes; null if the
   * index is used, enforces something, or its use is unknown.
   */
  readonly unusedSince: string | null;
  /** Whether the index is used, and the evidence. */
  readonly summary: string;
}

type UsageRow = Omit<IndexUsage, "measuredScans" | "lastScan" | "statsReset" | "countersSince"> & {
  readonly schema: string;
  readonly name: string;
  readonly lastScan: Date | null;
  readonly statsReset: Date | null;
  readonly countersSince: Date | null;
};

/** Reads an index's counters. Undefined if the index does not exist. */
export async function readUsage(
  session: Session,
  index: { readonly schema: string; readonly name: string },
): Promise<IndexUsage | undefined> {
  const all = await everything(session, allUsages);
  const row = all
    ? all.get(qualified(index.schema, index.name))
    : (await session.query<UsageRow>(ONE_USAGE, [index.schema, index.name]))[0];
  if (!row) return undefined;
  const { scans, tuplesRead, tuplesFetched, sizeBytes, enforces } = row;
  return {
    ...{ scans, tuplesRead, tuplesFetched, sizeBytes, enforces },
    // After the index's own counter: a measurement that ends in between makes traffic look smaller.
    measuredScans: await ledgerScans(session, index),
    lastScan: row.lastScan?.toISOString() ?? null,
    statsReset: row.statsReset?.toISOString() ?? null,
    countersSince: row.countersSince?.toISOString() ?? null,
  };
}

/** By the qualified names of the indexes. */
async function allUsages(session: Session): Promise<ReadonlyMap<string, UsageRow>> {
  const rows = await session.query<UsageRow>(ALL_USAGES);
  return new Map(rows.map((row) => [qualified(row.schema, row.name), row]));
}

/** A closed session's counters arrive within a second, even on PostgreSQL 14. */
const SETTLE_MS = 2_000;
const POLL_MS = 100;

/** What the counters must show before they are read. */
export interface Awaited {
  readonly scans: number;
  readonly measuredScans: number;
}

/** Reads the usage once the counters have what we made of them, or after two seconds. */
export async function settledUsage(
  session: Session,
  index: { readonly schema: string; readonly name: string },
  least: Awaited,
  ctx: Context,
): Promise<IndexUsage | undefined> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const usage = await readUsage(session, index);
    if (!usage || Date.now() >= deadline) return usage;
    const { scans, measuredScans } = usage;
    if (scans >= least.scans && (measuredScans ?? Infinity) >= least.measuredScans) {
      return measuredScans ? await withLateLedger(session, index, usage, ctx) : usage;
    }
    await pause(POLL_MS, ctx);
  }
}

/** A parallel worker's scans are counted at its end, a moment before the ledger says whose. */
async function withLateLedger(
  session: Session,
  index: { readonly schema: string; readonly name: string },
  usage: IndexUsage,
  ctx: Context,
): Promise<IndexUsage> {
  await pause(POLL_MS, ctx);
  return { ...usage, measuredScans: await ledgerScans(session, index) };
}

/** The usage of an index that does not exist. */
export const NO_USAGE: AccountedUsage = {
  scans: 0,
  tuplesRead: 0,
  tuplesFetched: 0,
  lastScan: null,
  sizeBytes: 0,
  statsReset: null,
  countersSince: null,
  enforces: false,
  trafficScans: 0,
  ownScans: 0,
  isExact: true,
  isToldApart: true,
  replicas: [],
  unusedSince: null,
  summary: "there is no index",
};

/** A replica's counters for an index. */
export interface ReplicaUsage {
  /** The replica's name in the Connection. */
  readonly name: string;
  /** `idx_scan` on the replica, all of it traffic; null if the replica did not answer. */
  readonly scans: number | null;
  /** Start of its current counts, ISO 8601; the last known value if it does not answer. */
  readonly countersSince: string | null;
}
