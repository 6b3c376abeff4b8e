import type { Query } from "../query";

/** How long a setting holds. */
export type Hold = "session" | "transaction";

/**
 * Sets several settings of a session by one statement.
 *
 * @example
 * // SET LOCAL lock_timeout = '500'; SET LOCAL search_path = '…'
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
 */
export async function setSettings(
  query: Query,
  hold: Hold,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await query(
    `SELECT pg_catalog.set_config(name, value, $3)
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]))
         AS s(name, value)`,
    [Object.keys(settings), Object.values(settings), hold === "transaction"],
  );
}
