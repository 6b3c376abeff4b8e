import { CLONE_INDEX, makeClone, onClone } from "./compare/clone";
import type { Verdict } from "./compare/differences";
import type { DesiredIndex } from "./declare/desiredIndex";
import { PgIndexError } from "./errors/advice";
import type { Session } from "./session/session";
import { replicaIdentityLostAdvice } from "./tableMessages";
import { ident } from "./text/sql";

/**
 * Refuses a replacement of the table's replica identity by an index that cannot be one: it would fail in the swap, after the whole build. The
 * clone is asked, having the table's own NOT NULLs.
 */
export async function requireReplicaIdentity(
  session: Session,
  desired: DesiredIndex,
  verdict: Verdict,
): Promise<void> {
  if (verdict.kind !== "different" || !verdict.live.isReplicaIdentity) return;
  const tried = await onClone(session, async () => {
    await makeClone(session, desired);
    await session.query(
      `ALTER TABLE pg_temp.${ident(desired.table)} REPLICA IDENTITY USING INDEX ${ident(CLONE_INDEX)}`,
    );
  });
  if (tried.kind !== "refused") return;
  throw new PgIndexError(replicaIdentityLostAdvice(desired, tried.error), { cause: tried.error });
}
