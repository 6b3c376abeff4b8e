import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/**
 * Which database it is, whatever URL leads to it. A physical copy of the server, such as a standby
 * or a restored snapshot, has the same identity.
 */
export interface DatabaseIdentity {
  /** `pg_control_system()`: of the cluster, chosen by initdb. A bigint, so it is text. */
  readonly systemIdentifier: string;
  /** `pg_database.oid` */
  readonly oid: number;
  readonly name: string;
}

/** Reads the identity. Every role may call `pg_control_system()` unless somebody revoked it. */
export async function readDatabaseIdentity(session: Session): Promise<DatabaseIdentity> {
  const rows = await session.query<DatabaseIdentity>(
    `SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system())
              AS "systemIdentifier",
            oid::int8::float8 AS oid, datname AS name
       FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
  );
  return onlyRow(rows);
}
