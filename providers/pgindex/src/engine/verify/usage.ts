import { INDEX_TREE } from "../catalog/indexTree";
import { type Context, pause } from "../operation/context";
import type { Session } from "../session/session";

/**
 * What the server has counted of an index, of all its partitions' where it has some; on this server
 * alone: a replica counts its own.
 */
export interface IndexUsage {
  /** `idx_scan`: scans since the counters began, by traffic and by us. */
  readonly scans: number;
  /** `idx_tup_read`: index entries that scans returned. */
  readonly tuplesRead: number;
  /** `idx_tup_fetch`: live rows that plain index scans fetched. */
  readonly tuplesFetched: number;
  /** `last_idx_scan`, ISO 8601; null before PostgreSQL 16, and when there was none. */
  readonly lastScan: string | null;
  /** `pg_relation_size` of the index in bytes. */
  readonly sizeBytes: number;
  /**
   * `pg_stat_database.stats_reset`, ISO 8601: since when the counters count. Null when nobody has
   * reset them, and after a crash of the server, which resets them all without saying so.
   */
  readonly statsReset: string | null;
  /**
   * Since when the counters count: the last reset, or the last time the server lost them all, as in
   * a crash. ISO 8601.
   */
  readonly countersSince: string | null;
  /** It is unique, excludes, or is the replica identity: needed though nobody scans it. */
  readonly enforces: boolean;
}

/** {@link IndexUsage} with our own scans told apart. */
export interface AccountedUsage extends IndexUsage {
  /** Scans by anything but the measurements of this resource. */
  readonly trafficScans: number;
  /**
   * Scans by the measurements of this resource, as far as the server counted them, and those that
   * may have been.
   */
  readonly ownScans: number;
  /**
   * False: traffic may have scanned it more often. Where the role may not switch the counting off
   * while it measures, the measurements of previews, which nobody keeps, are allowed for.
   */
  readonly isExact: boolean;
  /** The Connection's replicas; their scans are among `trafficScans`. */
  readonly replicas: readonly ReplicaUsage[];
  /**
   * Since when no traffic has scanned it, as far as the history goes; null when it is used, needed
   * without, or nobody can say.
   */
  readonly unusedSince: string | null;
  /** Whether it is used, and on what that rests. */
  readonly summary: string;
}

/**
 * `last_idx_scan` exists from 16 on, hence to_jsonb. After a crash `stats_reset` of the database is
 * null from 15 on; that of the background writer is the time of the recovery on every release.
 */
const USAGE_QUERY = `${INDEX_TREE}
SELECT coalesce(sum(s.idx_scan), 0)::float8 AS scans, coalesce(sum(s.idx_tup_read), 0)::float8 AS "tuplesRead",
       coalesce(sum(s.idx_tup_fetch), 0)::float8 AS "tuplesFetched",
       max((to_jsonb(s) ->> 'last_idx_scan')::timestamptz) AS "lastScan",
       sum(pg_relation_size(tree.oid))::float8 AS "sizeBytes",
       max(d.stats_reset) AS "statsReset", max(greatest(d.stats_reset, w.stats_reset)) AS "countersSince",
       bool_or(i.indisunique OR i.indisexclusion OR i.indisreplident) AS enforces
  FROM tree JOIN pg_index i ON i.indexrelid = tree.oid
  LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = tree.oid
 CROSS JOIN pg_stat_bgwriter w
  LEFT JOIN pg_stat_database d ON d.datname = current_database()
HAVING count(*) > 0`;

type UsageRow = Omit<IndexUsage, "lastScan" | "statsReset" | "countersSince"> & {
  readonly lastScan: Date | null;
  readonly statsReset: Date | null;
  readonly countersSince: Date | null;
};

/** Undefined: there is no such index. */
export async function readUsage(
  session: Session,
  index: { readonly schema: string; readonly name: string },
): Promise<IndexUsage | undefined> {
  const [row] = await session.query<UsageRow>(USAGE_QUERY, [index.schema, index.name]);
  return (
    row && {
      ...row,
      lastScan: row.lastScan?.toISOString() ?? null,
      statsReset: row.statsReset?.toISOString() ?? null,
      countersSince: row.countersSince?.toISOString() ?? null,
    }
  );
}

/** Counters of a session that has ended arrive within a second, on PostgreSQL 14 too. */
const SETTLE_MS = 2_000;
const POLL_MS = 100;

/** The usage once at least so many scans have arrived, or after two seconds. */
export async function settledUsage(
  session: Session,
  index: { readonly schema: string; readonly name: string },
  minimumScans: number,
  ctx: Context,
): Promise<IndexUsage | undefined> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const usage = await readUsage(session, index);
    if (!usage || usage.scans >= minimumScans || Date.now() >= deadline) return usage;
    await pause(POLL_MS, ctx);
  }
}

/** One measuring, seen from the index's counters. */
export interface Counted {
  /** `idx_scan` before. */
  readonly scansBefore: number;
  /** Scans that the measuring caused. */
  readonly ownScans: number;
  /** Scans that measurements may have caused since the last report, which nobody kept. */
  readonly unsavedScans: number;
  readonly after: IndexUsage;
}

/** Usage as reported last time; a report of an older release does not say whether it is exact. */
export type EarlierUsage = Pick<AccountedUsage, "scans" | "ownScans"> & {
  readonly isExact?: boolean;
  readonly countersSince?: string | null;
};

/** Usage of the one server that was measured on. */
export type Accounted = Omit<AccountedUsage, "replicas" | "unusedSince" | "summary">;

/**
 * Tells traffic from our own scans. Counters that stand lower than at the last report were reset
 * since, so that none of the scans of ours before are among them. Rather too little traffic than
 * too much: a promotion may depend on it.
 */
export function account(
  { scansBefore, ownScans, unsavedScans, after }: Counted,
  previous: EarlierUsage | undefined,
): Accounted {
  const isSameCount = !previous?.countersSince || previous.countersSince === after.countersSince;
  const goesOn =
    previous && isSameCount && scansBefore >= previous.scans && after.scans >= scansBefore;
  const scansSince = scansBefore - (goesOn ? previous.scans : 0);
  const unsaved = previous ? Math.min(unsavedScans, Math.max(0, scansSince)) : 0;
  const own = ownScans + unsaved + (goesOn ? previous.ownScans : 0);
  return {
    ...after,
    trafficScans: Math.max(0, after.scans - own),
    ownScans: own,
    isExact: unsaved === 0 && !(goesOn && previous.isExact === false),
  };
}

/** The usage of an index that is gone. */
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
  replicas: [],
  unusedSince: null,
  summary: "there is no index",
};

/** What a replica has counted of an index. */
export interface ReplicaUsage {
  /** As the Connection calls it. */
  readonly name: string;
  /** `idx_scan` there, all of it by traffic; null when it did not answer. */
  readonly scans: number | null;
  /** Since when its counters count, ISO 8601; when it does not answer, as it last said. */
  readonly countersSince: string | null;
}
