import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { onlyRow, type Query } from "./query";
import { deniedRoleAdvice, unchangedRoleAdvice } from "./roleMessages";

/** SET ROLE, whose name is a value here and so needs no quotes. */
const SET_ROLE = "SELECT pg_catalog.set_config('role', $1, false)";

/**
 * Lets the session act as `role`, or as its login when there is none, and gives the way to query as
 * the login all the same.
 *
 * What belongs to a session belongs to its login: only the login (and who has its rights) sees what
 * it does in `pg_stat_activity` and `pg_stat_progress_create_index`, and may cancel it. A role that
 * was assumed may not even cancel its own session.
 */
export async function assumeRole(query: Query, role: string | undefined): Promise<Query> {
  if (role !== undefined) await setRole(query, role);
  const acting = onlyRow(
    await query<{ role: string; current: string }>(
      "SELECT pg_catalog.current_setting('role') AS role, current_user AS current",
    ),
  );
  if (role !== undefined && acting.current !== role)
    throw new PgIndexError(unchangedRoleAdvice(role, acting.current));
  // ALTER ROLE … SET role, or the URL's options, may have chosen one too.
  if (acting.role === "none") return query;
  // Sent at once, so that nothing of ours gets in between.
  return async <Row>(text: string, values?: readonly unknown[]) => {
    const [, rows] = await Promise.all([
      query(SET_ROLE, ["none"]),
      query<Row>(text, values),
      query(SET_ROLE, [acting.role]),
    ]);
    return rows;
  };
}

async function setRole(query: Query, role: string): Promise<void> {
  try {
    await query(SET_ROLE, [role]);
  } catch (error) {
    const state = sqlState(error);
    // No such role, or no member of it.
    if (state !== "22023" && state !== "42501") throw error;
    throw new PgIndexError(deniedRoleAdvice(role, await actingRole(query), error));
  }
}

/** The role whose rights count now. */
export async function actingRole(query: Query): Promise<string> {
  return onlyRow(await query<{ role: string }>("SELECT current_user AS role")).role;
}
