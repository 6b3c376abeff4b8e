import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { similarNames } from "../text/similarNames";
import { onlyRow, type Query } from "./query";
import { deniedRoleAdvice, unchangedRoleAdvice } from "./roleMessages";

/** SET ROLE with the name as a parameter, which needs no quoting. */
const SET_ROLE = "SELECT pg_catalog.set_config('role', $1, false)";

/**
 * Makes the session act as `role`, or leaves it as it is if undefined (`begunAs`), and returns a
 * function that still queries as the login role.
 *
 * A session belongs to its login role: only that role (and its members) can see its activity in
 * `pg_stat_activity` and `pg_stat_progress_create_index`, and cancel it. An assumed role cannot
 * even cancel its own session.
 */
export async function assumeRole(
  query: Query,
  role: string | undefined,
  begunAs: string,
): Promise<Query> {
  // ALTER ROLE … SET role, or the URL's options, can set a role too.
  const acting = role === undefined ? begunAs : await actingAs(query, role);
  if (acting === "none") return query;
  // Queued together, so none of our own statements can run in between.
  return async <Row>(text: string, values?: readonly unknown[]) => {
    const [, rows] = await Promise.all([
      query(SET_ROLE, ["none"]),
      query<Row>(text, values),
      query(SET_ROLE, [acting]),
    ]);
    return rows;
  };
}

async function actingAs(query: Query, role: string): Promise<string> {
  await setRole(query, role);
  const acting = onlyRow(
    await query<{ role: string; current: string }>(
      "SELECT pg_catalog.current_setting('role') AS role, current_user AS current",
    ),
  );
  if (acting.current !== role) throw new PgIndexError(unchangedRoleAdvice(role, acting.current));
  return acting.role;
}

async function setRole(query: Query, role: string): Promise<void> {
  try {
    await query(SET_ROLE, [role]);
  } catch (error) {
    const state = sqlState(error);
    // No such role, or not a member of it.
    if (state !== "22023" && state !== "42501") throw error;
    const names = state === "22023" ? await similarRoles(query, role) : [];
    throw new PgIndexError(deniedRoleAdvice(role, await actingRole(query), error, names));
  }
}

/** The role whose privileges apply now. */
export async function actingRole(query: Query): Promise<string> {
  return onlyRow(await query<{ role: string }>("SELECT current_user AS role")).role;
}

async function similarRoles(query: Query, role: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    "SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'",
  );
  return similarNames(
    role,
    rows.map(({ name }) => name),
  );
}
