import { type Advice, PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { once } from "../session/sharedReads";
import { readLogin } from "./login";
import { type ForeignTrigger, foreignTriggerAdvice } from "./loginMessages";

/** Of a role with fewer rights than our login, and not with that role's own. */
const FOREIGN = `
SELECT pg_catalog.quote_ident(t.evtname) AS trigger,
       pg_catalog.format('%I.%I()', n.nspname, p.proname) AS signature,
       pg_catalog.pg_get_userbyid(p.proowner)::text AS owner
  FROM pg_catalog.pg_event_trigger t
  JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.evtfoid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
 WHERE t.evtenabled OPERATOR(pg_catalog.<>) 'D'::"char" AND NOT p.prosecdef
   AND t.evtevent OPERATOR(pg_catalog.<>) 'login'::name
   AND l.lanname OPERATOR(pg_catalog.<>) ALL (ARRAY['c', 'internal']::name[])
   AND NOT pg_catalog.pg_has_role(p.proowner, session_user, 'MEMBER')
 ORDER BY t.evtname LIMIT 1`;

/**
 * Throws {@link PgIndexError} where our login is mighty, and any DDL, be it for a temporary table,
 * would run a function of somebody with fewer rights as it. Only a superuser makes an event trigger,
 * but its function can be another's, who can replace it.
 *
 * @see https://www.postgresql.org/docs/current/event-trigger-definition.html
 */
export async function requireTrustedTriggers(session: Session): Promise<void> {
  // Of a superuser's making, so it does not come up between two clones of a preview.
  const advice = await once(session, foreignTrigger);
  if (advice) throw new PgIndexError(advice);
}

async function foreignTrigger(session: Session): Promise<Advice | undefined> {
  // First: an ordinary role may not even be allowed to read the catalog of triggers.
  const login = await readLogin(session);
  if (login.might === null) return undefined;
  const [foreign] = await session.query<ForeignTrigger>(FOREIGN);
  return foreign && foreignTriggerAdvice(foreign, login);
}
