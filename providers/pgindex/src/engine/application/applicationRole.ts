import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { onlyRow } from "../session/query";
import { actingRole } from "../session/role";
import type { Session } from "../session/session";
import type { ActingAs } from "./actingAs";
import { ownSettings, unknownRoleAdvice } from "./applicationMessages";

/**
 * What the settings of the application's role change: the meaning of names, the plan, and what a
 * policy of row level security reads. Not what the session itself depends on, such as timeouts, the
 * form of literals, or what is logged.
 */
const APPLIES = `(s.name IN ('search_path', 'row_security', 'default_text_search_config', 'jit')
  OR s.name LIKE '%.%' OR s.name LIKE 'jit\\_%' OR s.name LIKE 'max\\_parallel\\_%'
  OR EXISTS (SELECT FROM pg_catalog.pg_settings p WHERE p.name = s.name
      AND p.context IN ('user', 'superuser') AND (p.category LIKE 'Query Tuning%'
       OR p.category LIKE 'Resource Usage / Memory%')))`;

/** The database's own settings come before the server's, a role's before both, as at a login. */
const SETTINGS = `
SELECT DISTINCT ON (s.name) s.name, s.value
  FROM (SELECT pg_catalog.split_part(c, '=', 1) AS name,
               pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1) AS value,
               d.setrole, d.setdatabase
          FROM pg_catalog.pg_db_role_setting d, pg_catalog.unnest(d.setconfig) AS c
         WHERE d.setrole IN (0::oid, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1))
           AND d.setdatabase IN (0::oid, (SELECT oid FROM pg_catalog.pg_database
                                      WHERE datname = pg_catalog.current_database()))) AS s
 WHERE ${APPLIES}
 ORDER BY s.name, s.setrole = 0::oid, s.setdatabase = 0::oid`;

/** What our login sets for itself, which the application does not have. */
const OURS = `
SELECT p.name, p.boot_val AS value
  FROM pg_catalog.pg_settings p JOIN pg_catalog.pg_db_role_setting d
    ON d.setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)
 CROSS JOIN pg_catalog.unnest(d.setconfig) AS c
 WHERE pg_catalog.split_part(c, '=', 1) = p.name
   AND (SELECT ${APPLIES} FROM (SELECT p.name) AS s)`;

interface Setting {
  readonly name: string;
  readonly value: string | null;
}

/**
 * Gives the session the settings that the application's role has in this database, and the role
 * itself if the login may assume it. Throws {@link PgIndexError} if there is no such role.
 *
 * @see https://www.postgresql.org/docs/current/sql-alterrole.html
 */
export async function actAsApplication(
  session: Session,
  role: string | undefined,
): Promise<ActingAs> {
  const query = session.query.bind(session);
  if (role === undefined) return { acting: await actingRole(query) };
  const known = await session.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]);
  if (known.length === 0) throw new PgIndexError(unknownRoleAdvice(role));
  const theirs = await session.query<Setting>(SETTINGS, [role]);
  const ours = role === (await loginOf(session)) ? [] : await session.query<Setting>(OURS);
  const path = { name: "search_path", value: await serverSearchPath(session, ours) };
  for (const setting of [path, ...ours, ...theirs]) await setOrSkip(session, setting);
  const acting = await assumeOrStay(session, role);
  // "$user" in a search_path is the role that acts.
  const userPath = theirs.find(({ name }) => name === "search_path") ?? path;
  if (acting !== role) await setOrSkip(session, withUser(userPath, role));
  return { role, acting };
}

async function loginOf(session: Session): Promise<string> {
  return onlyRow(await session.query<{ login: string }>("SELECT session_user AS login")).login;
}

/** The search_path of a role that sets none. */
async function serverSearchPath(session: Session, ours: readonly Setting[]): Promise<string> {
  const rows = await session.query<{ reset: string; boot: string }>(
    `SELECT reset_val AS reset, boot_val AS boot FROM pg_catalog.pg_settings
      WHERE name = 'search_path'`,
  );
  const { reset, boot } = onlyRow(rows);
  return ours.some(({ name }) => name === "search_path") ? boot : reset;
}

function withUser({ name, value }: Setting, role: string): Setting {
  const quoted = `"${role.replaceAll('"', '""')}"`;
  return { name, value: value?.replaceAll(/"?\$user"?/g, () => quoted) ?? null };
}

/** A setting that only a superuser may make, or whose extension is not loaded, changes little. */
async function setOrSkip(session: Session, { name, value }: Setting): Promise<void> {
  if (value === null) return;
  try {
    await session.query("SELECT pg_catalog.set_config($1, $2, false)", [name, value]);
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
  }
}

async function assumeOrStay(session: Session, role: string): Promise<string> {
  try {
    await session.query("SELECT pg_catalog.set_config('role', $1, false)", [role]);
  } catch (error) {
    if (sqlState(error) !== "42501") throw error;
  }
  return actingRole(session.query.bind(session));
}

/**
 * Says which of the planner's settings are those of our login alone, by its role or its URL;
 * undefined if none.
 */
export async function loginSettings(session: Session): Promise<string | undefined> {
  const rows = await session.query<{ setting: string }>(
    `SELECT pg_catalog.concat_ws(' = ', name, setting) AS setting FROM pg_catalog.pg_settings
      WHERE source IN ('user', 'database user', 'client') AND category LIKE 'Query Tuning%'
        AND setting IS DISTINCT FROM boot_val
      ORDER BY name`,
  );
  return rows.length > 0 ? ownSettings(rows.map(({ setting }) => setting)) : undefined;
}
