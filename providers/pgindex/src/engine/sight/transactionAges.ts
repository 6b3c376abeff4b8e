import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/** How long a transaction has been open, in seconds, as far as we have seen. */
export interface ObservedAge {
  /** Since we first saw it. */
  readonly atLeast: number;
  /** Since we last looked without seeing it; Infinity if it was there at our first look. */
  readonly atMost: number;
}

const UNKNOWN: ObservedAge = { atLeast: 0, atMost: Number.POSITIVE_INFINITY };

interface Seen {
  readonly firstAt: number;
  readonly notBefore: number;
}

/** The open transactions of one server at our last look. All times are `performance.now()`. */
class Sightings {
  private lastLook = Number.NEGATIVE_INFINITY;
  private seen: ReadonlyMap<string, Seen> = new Map();

  look(open: readonly string[], now: number): void {
    const isNew = { firstAt: now, notBefore: this.lastLook };
    this.seen = new Map(open.map((each) => [each, this.seen.get(each) ?? isNew]));
    this.lastLook = now;
  }

  ageOf(virtualTransaction: string, now: number): ObservedAge {
    const seen = this.seen.get(virtualTransaction);
    if (!seen) return UNKNOWN;
    return { atLeast: (now - seen.firstAt) / 1000, atMost: (now - seen.notBefore) / 1000 };
  }
}

/** By the start of the server: a restart begins the numbers of transactions anew. */
const servers = new Map<string, Sightings>();

/**
 * Every open transaction holds a lock on its own `virtualxid`, which every role can see: without
 * `pg_read_all_stats`, `pg_stat_activity` hides when another role's transaction began.
 */
const LOOK = `
SELECT pg_catalog.pg_postmaster_start_time()::text AS server,
       ARRAY(SELECT virtualtransaction FROM pg_catalog.pg_locks
              WHERE locktype = 'virtualxid' AND granted) AS open`;

/**
 * Looks at the open transactions, and returns how old one of them is. The looks of the whole
 * process count, so a transaction that a build has waited for is still known to its clean-up.
 */
export async function observeAges(
  session: Session,
): Promise<(virtualTransaction: string | null | undefined) => ObservedAge> {
  const { server, open } = onlyRow(
    await session.queryAsLogin<{ server: string; open: string[] }>(LOOK),
  );
  const sightings = servers.get(server) ?? new Sightings();
  servers.set(server, sightings);
  const now = performance.now();
  sightings.look(open, now);
  return (virtualTransaction) =>
    virtualTransaction ? sightings.ageOf(virtualTransaction, now) : UNKNOWN;
}
