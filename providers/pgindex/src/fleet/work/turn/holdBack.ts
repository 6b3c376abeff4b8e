import type { Session } from "../../../engine/session/session";
import { renderElapsed } from "../../../engine/text/render";
import type { RolloutSettings } from "../../rollout/rollout";

/** Why the next build waits: replicas that lag, or a server with much to do. Undefined if neither. */
export async function heldBackBy(
  session: Session,
  { replicaLag, activeSessions }: RolloutSettings["holdBack"],
): Promise<string | undefined> {
  if (replicaLag !== undefined) {
    const [row] = await session.queryAsLogin<{ lag: number | null }>(
      `SELECT max(extract(epoch FROM replay_lag))::float8 * 1000 AS lag FROM pg_stat_replication`,
    );
    const lag = row?.lag ?? 0;
    if (lag > replicaLag)
      return `a replica lags ${renderElapsed(lag)}, ${renderElapsed(replicaLag)} allowed`;
  }
  if (activeSessions !== undefined) {
    const [row] = await session.queryAsLogin<{ active: number }>(
      `SELECT count(*)::int AS active FROM pg_stat_activity
        WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    const active = row?.active ?? 0;
    if (active > activeSessions) return `${active} sessions are active, ${activeSessions} allowed`;
  }
  return undefined;
}
