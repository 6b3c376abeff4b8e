import { setTimeout as delay } from "node:timers/promises";
import type { Session } from "../engine/session/session";

const BETWEEN_LOOKS_MS = 1_000;

interface Hidden {
  readonly transaction: string;
  readonly who: string;
}

/**
 * Other roles' sessions that are in the same transaction at two looks, where our role may not see
 * since when: every open transaction holds a lock on its own `virtualxid`, which nobody hides.
 */
export async function hiddenTransactions(observer: Session): Promise<string[]> {
  const first = await look(observer);
  if (first.length === 0) return [];
  await delay(BETWEEN_LOOKS_MS);
  const before = new Set(first.map(({ transaction }) => transaction));
  const second = await look(observer);
  return second.filter(({ transaction }) => before.has(transaction)).map(({ who }) => who);
}

function look(observer: Session): Promise<Hidden[]> {
  return observer.queryAsLogin<Hidden>(
    `SELECT l.virtualtransaction AS transaction,
            format('pid %s (%s, %s)', a.pid, a.usename, a.application_name) AS who
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database()
        AND a.backend_type IS NULL AND a.usesysid IS NOT NULL
      ORDER BY a.pid`,
  );
}
