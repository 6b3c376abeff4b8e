import type { Session } from "../session/session";
import type { ActingAs } from "./actingAs";
import { activeSecurity, bypassedSecurity } from "./applicationMessages";

interface Row {
  readonly enabled: boolean;
  readonly active: boolean;
}

/** What row level security makes of a measurement. */
export interface RowSecurity {
  /** What to say of it; undefined if it is for us as it is for the application. */
  readonly text?: string;
  /** It keeps rows from us that the application may see. */
  readonly hidesRows: boolean;
}

/**
 * Reads whether row level security of the table is for our session as for the application's.
 *
 * @see https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
export async function rowSecurityOf(
  session: Session,
  { schema, table }: { readonly schema: string; readonly table: string },
  acting: ActingAs,
): Promise<RowSecurity> {
  const [found] = await session.query<Row>(
    `SELECT c.relrowsecurity AS enabled, pg_catalog.row_security_active(c.oid) AS active
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) $1::name
        AND c.relname OPERATOR(pg_catalog.=) $2::name`,
    [schema, table],
  );
  if (!found?.enabled || acting.role === acting.acting) return { hidesRows: false };
  const name = `${schema}.${table}`;
  return found.active
    ? { text: activeSecurity(name, acting), hidesRows: true }
    : { text: bypassedSecurity(name, acting), hidesRows: false };
}
