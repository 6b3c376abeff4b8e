import { onlyRow } from "../../../engine/session/query";
import type { Session } from "../../../engine/session/session";
import type { Target } from "../../declare/targetSchema";

/** "pgfl" in ASCII. The engine's own keys, one a table, are of another class. */
const LOCK_CLASS = 0x7067666c;

/**
 * Takes the target's schema for the fleet, until the session ends: a worker that was taken for dead may be
 * alive, and is then waited for. False if another one has it.
 */
export async function lockTarget(
  session: Session,
  { schema = "public" }: Pick<Target, "schema">,
): Promise<boolean> {
  const rows = await session.query<{ locked: boolean }>(
    "SELECT pg_catalog.pg_try_advisory_lock($1::int4, pg_catalog.hashtext($2)) AS locked",
    [LOCK_CLASS, schema],
  );
  return onlyRow(rows).locked;
}
