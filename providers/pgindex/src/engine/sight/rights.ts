import type { SessionTarget } from "../session/database";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { withObserver } from "../session/workspace";
import { ident } from "../text/sql";

/** The `GRANT` that lets our login see other roles' sessions in full; undefined if it does. */
export async function missingSight(observer: Session): Promise<string | undefined> {
  const { login, sees } = onlyRow(
    await observer.queryAsLogin<{ login: string; sees: boolean }>(
      `SELECT current_user AS login, pg_has_role('pg_read_all_stats', 'USAGE') AS sees`,
    ),
  );
  return sees ? undefined : `GRANT pg_read_all_stats TO ${ident(login)};`;
}

/** What a missing right hides, in one line; undefined if nothing is missing. */
export async function sightLine(database: SessionTarget): Promise<string | undefined> {
  const options = { purpose: "look at its rights", writable: false };
  const grant = await withObserver(database, options, missingSight);
  return grant && `${SIGHT_HIDDEN}; to see it: ${grant}`;
}

/** What is the same without the right, and what is not shown. */
export const SIGHT_HIDDEN =
  "what other roles' sessions run, and since when, is hidden from this role: " +
  "pgindex watches how long they stay instead, and names them by pid and user only";
