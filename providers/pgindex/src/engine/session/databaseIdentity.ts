import { createHash } from "node:crypto";
import { sqlState } from "../errors/sqlstate";
import { oneLine } from "../text/printable";
import { onlyRow } from "./query";
import type { Session } from "./session";

/**
 * Which database a session talks to. A failover keeps all of it; a database that was restored from
 * a dump or upgraded with pg_upgrade has another system identifier.
 */
export interface DatabaseIdentity {
  /**
   * `pg_control_system().system_identifier`, which initdb makes up; null where the role may not
   * read it (https://www.postgresql.org/docs/current/functions-info.html).
   */
  readonly systemIdentifier: string | null;
  /** `pg_database.oid` */
  readonly oid: number;
  readonly name: string;
  /**
   * Neon's branch (`neon.timeline_id`): a branch has its parent's system identifier. Absent on any
   * other server.
   */
  readonly branch?: string;
}

/** Not allowed, or no such function on a server that only speaks PostgreSQL's protocol. */
const UNREADABLE = new Set(["42501", "42883", "0A000"]);

/** A session never changes its database, whoever shares it. */
const known = new WeakMap<object, Promise<DatabaseIdentity>>();

/**
 * Reads the identity of the session's database, once per session.
 *
 * @example { systemIdentifier: "7301…", oid: 16384, name: "app" }
 */
export function readDatabaseIdentity(session: Session): Promise<DatabaseIdentity> {
  const of = session.shared ?? session;
  const identity = known.get(of) ?? readIdentity(session);
  known.set(of, identity);
  return identity;
}

async function readIdentity(session: Session): Promise<DatabaseIdentity> {
  const { branch, ...here } = onlyRow(
    await session.query<{ oid: number; name: string; branch: string | null }>(
      `SELECT oid::int8::float8 AS oid, datname AS name,
              nullif(pg_catalog.current_setting('neon.timeline_id', true), '') AS branch
         FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
    ),
  );
  const systemIdentifier = await readSystemIdentifier(session);
  return { systemIdentifier, ...here, ...(branch !== null && { branch }) };
}

async function readSystemIdentifier(session: Session): Promise<string | null> {
  try {
    const rows = await session.query<{ id: string }>(
      "SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()",
    );
    return onlyRow(rows).id;
  } catch (error) {
    if (!UNREADABLE.has(sqlState(error) ?? "")) throw error;
    return null;
  }
}

/** Whether both are the same database. A rename (ALTER DATABASE) makes no other database. */
export function isSameDatabase(one: DatabaseIdentity, other: DatabaseIdentity): boolean {
  return identifying(one) === identifying(other);
}

/** A short text that tells databases apart, for an index's mark. */
export function databaseHash(database: DatabaseIdentity): string {
  return createHash("sha256").update(identifying(database)).digest("hex").slice(0, 8);
}

function identifying({ systemIdentifier, oid, name, branch }: DatabaseIdentity): string {
  // Without the identifier, many servers have a database 16384: its name says more.
  const parts = systemIdentifier === null ? [oid, name] : [systemIdentifier, oid, branch ?? ""];
  return JSON.stringify(parts);
}

/**
 * What each command says once of the database that it talks to.
 *
 * @example databaseLine(identity, 180001)
 * // database app@7301234567890123456/16384, PostgreSQL 18
 */
export function databaseLine(identity: DatabaseIdentity, serverVersion: number): string {
  const version = Math.floor(serverVersion / 10_000);
  return oneLine(`database ${databaseLabel(identity)}, PostgreSQL ${version}`);
}

/**
 * How messages name a database, and `acceptDatabase` does.
 *
 * @example databaseLabel(identity) // "app@7301234567890123456/16384"
 */
export function databaseLabel({ systemIdentifier, oid, name, branch }: DatabaseIdentity): string {
  return [`${name}@${systemIdentifier ?? "unknown"}`, oid, branch].filter(Boolean).join("/");
}
