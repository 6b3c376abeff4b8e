import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/** The role that logged in: whatever runs in its session can go back to it (RESET ROLE). */
export interface Login {
  readonly name: string;
  /** What makes it mighty: "SUPERUSER", or a predefined role; null if it is an ordinary one. */
  readonly might: string | null;
}

/** Rights over the whole server, or over whoever there is, rather than over some tables. */
const MIGHT = `
SELECT session_user::text AS name, (
       SELECT CASE WHEN r.rolsuper THEN 'SUPERUSER' WHEN r.rolbypassrls THEN 'BYPASSRLS'
                   WHEN r.rolcreaterole THEN 'CREATEROLE' WHEN r.rolreplication THEN 'REPLICATION'
                   ELSE r.rolname::text END
         FROM pg_catalog.pg_roles r
        WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
          AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication
               OR r.rolname::text OPERATOR(pg_catalog.=) ANY ($1::text[]))
        ORDER BY r.rolsuper DESC, r.rolname::text OPERATOR(pg_catalog.=) session_user::text DESC
        LIMIT 1) AS might`;

/** https://www.postgresql.org/docs/current/predefined-roles.html */
const PREDEFINED: readonly string[] = [
  ...["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"],
  ...["pg_read_all_data", "pg_write_all_data", "pg_create_subscription"],
];

export async function readLogin(session: Session): Promise<Login> {
  return onlyRow(await session.query<Login>(MIGHT, [PREDEFINED]));
}

/** A schema, and a role that may create in it and has fewer rights than our login. */
export interface OpenSchema {
  readonly schema: string;
  /** "PUBLIC", or a role. */
  readonly writer: string;
  readonly isOwner: boolean;
}

/** `pg_database_owner` has the database's owner as its only member. */
const OPEN = `
SELECT n.nspname::text AS schema, coalesce(r.rolname::text, 'PUBLIC') AS writer, w."isOwner"
  FROM pg_catalog.unnest($1::name[]) WITH ORDINALITY AS p (name, place)
  JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) p.name
 CROSS JOIN LATERAL (
       SELECT n.nspowner AS oid, true AS "isOwner"
        UNION ALL
       SELECT a.grantee, false
         FROM pg_catalog.aclexplode(coalesce(n.nspacl,
                pg_catalog.acldefault('n'::"char", n.nspowner))) AS a
        WHERE a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'::text
          AND a.grantee OPERATOR(pg_catalog.<>) n.nspowner) AS w
  LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) w.oid
 WHERE n.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'::name
   AND n.oid OPERATOR(pg_catalog.<>) pg_catalog.pg_my_temp_schema()
   AND (r.oid IS NULL OR NOT pg_catalog.pg_has_role(
         CASE WHEN r.rolname OPERATOR(pg_catalog.=) 'pg_database_owner'::name
              THEN (SELECT d.datdba FROM pg_catalog.pg_database d
                     WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
              ELSE r.oid END, session_user, 'MEMBER'))
 ORDER BY p.place, w."isOwner", 2`;

/** Those of the schemas in which others may create. */
export function openSchemas(session: Session, schemas: readonly string[]): Promise<OpenSchema[]> {
  return session.query<OpenSchema>(OPEN, [schemas]);
}

/** The schemas in which the session looks for names, in their order. */
export async function effectivePath(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ schemas: string[] }>(
    "SELECT pg_catalog.current_schemas(true)::text[] AS schemas",
  );
  return onlyRow(rows).schemas;
}
