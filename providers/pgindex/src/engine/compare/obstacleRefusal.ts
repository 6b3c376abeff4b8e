import type { DesiredIndex } from "../declare/desiredIndex";
import { LockedTableError, PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import type { Obstacle } from "./clone";
import { type ClonePrivileges, obstacleAdvice } from "./obstacleMessages";

/**
 * The error for a declaration that cannot be compared with the existing index, with the missing
 * GRANTs. A locked table yields {@link LockedTableError}.
 */
export async function obstacleRefusal(
  observer: Session,
  desired: DesiredIndex,
  obstacle: Obstacle,
): Promise<PgIndexError> {
  const [login] = await observer.query<ClonePrivileges>(
    `SELECT current_user AS role, current_database() AS database,
            has_schema_privilege(n.oid, 'USAGE') AS "usesSchema",
            has_table_privilege(c.oid, 'SELECT') AS selects,
            has_database_privilege(current_database(), 'TEMPORARY') AS "makesTemporary"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [desired.schema, desired.table],
  );
  if (!login) throw new Error("the table vanished while the role's privileges were read");
  const Refusal = obstacle === "locked" ? LockedTableError : PgIndexError;
  return new Refusal(obstacleAdvice(desired, obstacle, login));
}
