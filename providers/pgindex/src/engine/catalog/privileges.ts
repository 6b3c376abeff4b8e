import type { Session } from "../session/session";

/**
 * Reads whether the session's role has what a build needs: ownership of the table (MAINTAIN is not
 * enough), CREATE on its schema, and CREATE on the tablespace if one is declared.
 */
export async function readPrivileges(
  session: Session,
  tableOid: number,
  tablespace?: string,
): Promise<BuildPrivileges> {
  // Before 16, every member can act as the role.
  const member = session.serverVersion >= 160000 ? "SET" : "MEMBER";
  const [row] = await session.query<BuildPrivileges>(
    `SELECT current_user AS role, pg_get_userbyid(c.relowner) AS owner,
            pg_has_role(c.relowner, 'USAGE') AS "ownsTable",
            pg_has_role(c.relowner, '${member}') AS "mayActAsOwner",
            has_schema_privilege(c.relnamespace, 'CREATE') AS "createsInSchema",
            coalesce((SELECT has_tablespace_privilege(s.oid, 'CREATE') OR s.oid = d.dattablespace
               FROM pg_tablespace s, pg_database d
              WHERE s.spcname = $2 AND d.datname = current_database()), true)
              AS "createsInTablespace"
       FROM pg_class c WHERE c.oid = $1`,
    [tableOid, tablespace],
  );
  if (!row) throw new Error("the table vanished while its privileges were read");
  return row;
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
