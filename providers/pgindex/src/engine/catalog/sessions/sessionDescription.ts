import { maskStatement } from "../../text/maskStatement";
import { oneLine } from "../../text/printable";
import { literal } from "../../text/sql";
import type { OtherSession } from "./otherSessions";

/** `pid 4711 (worker, psql, idle in transaction for 12 s: UPDATE t SET a = $1)` */
export function describeSession(other: OtherSession): string {
  if (other.pid === 0) return describePrepared(other);
  const behind = other.behind && `itself behind pid ${other.behind}`;
  const parts = [other.user, other.application, doing(other), behind].filter(Boolean);
  const statement = other.statement ? `: ${maskStatement(other.statement)}` : "";
  return oneLine(`pid ${other.pid} (${parts.join(", ")}${statement})`);
}

/**
 * A prepared transaction has no session to end: only the user who prepared it knows whether to
 * COMMIT PREPARED or ROLLBACK PREPARED.
 */
function describePrepared({ gid, user, ageSeconds }: OtherSession): string {
  if (!gid) return "a prepared transaction (see pg_prepared_xacts)";
  return oneLine(
    `prepared transaction ${literal(gid)} (${user}, for ${Math.round(ageSeconds ?? 0)} s; ` +
      "COMMIT PREPARED or ROLLBACK PREPARED ends it)",
  );
}

function doing(other: OtherSession): string | null {
  if (other.isHidden && other.waitSeconds === null)
    return `for at least ${Math.round(other.ageSeconds ?? 0)} s`;
  if (other.waitSeconds !== null) return `waiting for ${Math.round(other.waitSeconds)} s`;
  if (other.ageSeconds === null) return other.state;
  return `${other.state ?? "running"} for ${Math.round(other.ageSeconds)} s`;
}
