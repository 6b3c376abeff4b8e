import type { Session } from "../session/session";

/**
 * What a build needs: the table's ownership (MAINTAIN is not enough), CREATE on its schema, and on
 * the tablespace where one is declared.
 */
export async function readPrivileges(
  session: Session,
  tableOid: number,
  tablespace?: string,
): Promise<BuildPrivileges> {
  // Before 16 every member may act as the role.
  const member = session.serverVersion >= 160000 ? "SET" : "MEMBER";
  const [row] = await session.query<BuildPrivileges>(
    `SELECT current_user AS role, pg_get_userbyid(c.relowner) AS owner,
            pg_has_role(c.relowner, 'USAGE') AS "ownsTable",
            pg_has_role(c.relowner, '${member}') AS "mayActAsOwner",
            has_schema_privilege(c.relnamespace, 'CREATE') AS "createsInSchema",
            coalesce((SELECT has_tablespace_privilege(s.oid, 'CREATE') OR s.oid = d.dattablespace
               FROM pg_tablespace s, pg_database d WHERE s.spcname = $2 AND d.datname = current_database()), true)
              AS "createsInTablespace"
       FROM pg_class c WHERE c.oid = $1`,
    [tableOid, tablespace],
  );
  if (!row) throw new Error("the table vanished while its privileges were read");
  return row;
}

/** What a build needs of the role that it is run by. */
export interface BuildPrivileges {
  readonly role: string;
  readonly owner: string;
  /** By itself, or as a member that inherits. */
  readonly ownsTable: boolean;
  /** May be told to act as the owner. */
  readonly mayActAsOwner: boolean;
  readonly createsInSchema: boolean;
  readonly createsInTablespace: boolean;
}
