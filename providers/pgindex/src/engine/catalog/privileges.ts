import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";

/**
 * Reads whether the session's role has what a build needs: ownership of the table (MAINTAIN is not
 * enough), CREATE on its schema, and CREATE on the tablespace if one is declared.
 */
export async function readPrivileges(
  session: Session,
  tableOid: number,
  tablespace?: string,
): Promise<BuildPrivileges> {
  const all = tablespace === undefined ? await everything(session, allPrivileges) : undefined;
  const shared = all?.get(tableOid);
  if (shared) return shared;
  const [row] = await session.query<BuildPrivileges>(`${privilegesSql(session)} WHERE c.oid = $2`, [
    tablespace,
    tableOid,
  ]);
  if (!row) throw new Error("the table vanished while its privileges were read");
  return row;
}

/** By the OIDs of the tables. */
async function allPrivileges(session: Session): Promise<ReadonlyMap<number, BuildPrivileges>> {
  const rows = await session.query<BuildPrivileges & { readonly oid: number }>(
    `${privilegesSql(session)} WHERE c.relkind IN ('r', 'p', 'm')
        AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)`,
    [null],
  );
  return new Map(rows.map(({ oid, ...privileges }) => [oid, privileges]));
}

/** `$1`: the tablespace, or null. */
function privilegesSql({ serverVersion }: Session): string {
  // Before 16, every member can act as the role.
  const member = serverVersion >= 160000 ? "SET" : "MEMBER";
  return `
SELECT c.oid::int8::float8 AS oid, current_user AS role, pg_get_userbyid(c.relowner) AS owner,
       pg_has_role(c.relowner, 'USAGE') AS "ownsTable",
       pg_has_role(c.relowner, '${member}') AS "mayActAsOwner",
       has_schema_privilege(c.relnamespace, 'CREATE') AS "createsInSchema",
       coalesce((SELECT has_tablespace_privilege(s.oid, 'CREATE') OR s.oid = d.dattablespace
          FROM pg_tablespace s, pg_database d
         WHERE s.spcname = $1 AND d.datname = current_database()), true)
         AS "createsInTablespace"
  FROM pg_class c`;
}

/** Which of the privileges that a build needs the role has. */
export interface BuildPrivileges {
  readonly role: string;
  readonly owner: string;
  /** Directly, or as a member that inherits. */
  readonly ownsTable: boolean;
  /** Can act as the owner by SET ROLE. */
  readonly mayActAsOwner: boolean;
  readonly createsInSchema: boolean;
  readonly createsInTablespace: boolean;
}
