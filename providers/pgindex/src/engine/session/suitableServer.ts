import type { Client } from "pg";
import { PgIndexError, UnsuitableServerError } from "../errors/advice";
import type { IdleSession } from "../slots/idleSessions";
import type { SessionSettings } from "./database";
import { onlyRow, type Query } from "./query";
import {
  corruptingServerAdvice,
  corruptsIndexes,
  oldServerAdvice,
  otherEngineAdvice,
  poolerAdvice,
  readOnlyAdvice,
  serverKindAdvice,
} from "./sessionMessages";

/** A new session would begin otherwise: its role or database has been altered since. */
class OutdatedSession extends Error {
  override readonly name = "OutdatedSession";
}

/** What the work asks of a server. */
export interface Wanted {
  /** Refuse a server that takes no writes. */
  readonly writable: boolean;
  /** Refuse a server whose concurrent builds can corrupt, unless the settings allow it. */
  readonly builds?: boolean;
}

/** What decides whether a server suits the work. */
export interface Server {
  readonly version: number;
  /** `version()`, which names the engine. */
  readonly engine: string;
  /** Extensions that keep tables their own way. */
  readonly tableKeepers: readonly string[];
  readonly pid: number;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
  /** `current_setting('role')`: "none" if the session acts as its login. */
  readonly role: string;
  /** What a new session of this role would be allowed, and would begin with. */
  readonly beginnings: string;
}

/** A server, and whether a pooler or proxy answers in its place. */
interface Answering extends Server {
  readonly isPooled: boolean;
}

/**
 * Reads what there is to know of the session's server. Throws {@link PgIndexError} if it does not
 * suit the work, and {@link OutdatedSession} if the session is not as good as a new one.
 */
export async function suitableServer(
  query: Query,
  { connection, wanted, beginnings }: IdleSession,
  settings: SessionSettings,
  work: Wanted,
): Promise<Answering> {
  const read = await readServer(query);
  // A pooler sends its own key data: the only reliable sign of a pooler.
  const server = { ...read, isPooled: clientProcessId(connection.client) !== read.pid };
  if ((beginnings ?? server.beginnings) !== server.beginnings) throw new OutdatedSession();
  assertSupportedServer(server, settings, work);
  assertServerKind(server, wanted, work);
  return server;
}

async function readServer(query: Query): Promise<Server> {
  return onlyRow(
    await query<Server>(
      `SELECT pg_catalog.current_setting('server_version_num')::int AS version,
              pg_catalog.version() AS engine,
              ARRAY(SELECT extname::text FROM pg_catalog.pg_extension
                     WHERE extname OPERATOR(pg_catalog.=) ANY ('{citus,timescaledb}')) AS "tableKeepers",
              pg_catalog.pg_backend_pid() AS pid,
              pg_catalog.pg_is_in_recovery() AS "inRecovery",
              pg_catalog.current_setting('transaction_read_only') = 'on' AS "readOnly",
              pg_catalog.current_setting('role') AS role,
              (SELECT pg_catalog.concat(r, d.datallowconn, d.datconnlimit,
                        pg_catalog.string_agg(s.setconfig::text, ' ' ORDER BY s.setdatabase, s.setrole))
                 FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_database d
                   ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
                 LEFT JOIN pg_catalog.pg_db_role_setting s
                   ON s.setrole OPERATOR(pg_catalog.=) ANY (ARRAY['0'::oid, r.oid])
                  AND s.setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY['0'::oid, d.oid])
                WHERE r.rolname OPERATOR(pg_catalog.=) session_user
                GROUP BY r, d.datallowconn, d.datconnlimit) AS beginnings`,
    ),
  );
}

/** The pid in BackendKeyData, which the server, or a pooler in its place, sends at startup. */
function clientProcessId(client: Client): number {
  return (client as unknown as { processID: number }).processID;
}

function assertSupportedServer(
  server: Answering,
  settings: SessionSettings,
  options: Wanted,
): void {
  const other = otherEngineAdvice(server.engine);
  if (other) throw new PgIndexError(other);
  const tooOld = oldServerAdvice(server.version);
  if (tooOld) throw new PgIndexError(tooOld);
  if (options.builds && corruptsIndexes(server.version) && !settings.allowCorruptingServer)
    throw new PgIndexError(corruptingServerAdvice(server.version));
  if (server.isPooled && !settings.allowPooler) throw new PgIndexError(poolerAdvice());
}

/** Refuses a server that `target_session_attrs`, or the work itself, rules out. */
function assertServerKind(server: Server, wanted: string, { writable }: Wanted): void {
  const { inRecovery, readOnly } = server;
  if (writable && (inRecovery || readOnly))
    throw new UnsuitableServerError(readOnlyAdvice(inRecovery));
  const kinds: Readonly<Record<string, boolean>> = {
    "read-write": !readOnly,
    "read-only": readOnly,
    primary: !inRecovery,
    standby: inRecovery,
  };
  if (kinds[wanted] === false)
    throw new UnsuitableServerError(serverKindAdvice(wanted, inRecovery));
}
