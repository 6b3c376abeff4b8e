import type { Client } from "pg";
import { PgIndexError, UnsuitableServerError } from "../errors/advice";
import type { SessionSettings } from "./database";
import { onlyRow, type Query } from "./query";
import {
  corruptingServerAdvice,
  corruptsIndexes,
  oldServerAdvice,
  poolerAdvice,
  readOnlyAdvice,
  serverKindAdvice,
} from "./sessionMessages";

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
  readonly pid: number;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
}

export async function readServer(query: Query): Promise<Server> {
  return onlyRow(
    await query<Server>(
      `SELECT pg_catalog.current_setting('server_version_num')::int AS version,
              pg_catalog.pg_backend_pid() AS pid,
              pg_catalog.pg_is_in_recovery() AS "inRecovery",
              pg_catalog.current_setting('transaction_read_only') = 'on' AS "readOnly"`,
    ),
  );
}

/** The pid in BackendKeyData, which the server, or a pooler in its place, sends at startup. */
export function clientProcessId(client: Client): number {
  return (client as unknown as { processID: number }).processID;
}

export function assertSupportedServer(
  server: Server,
  keyDataPid: number,
  settings: SessionSettings,
  options: Wanted,
): void {
  const tooOld = oldServerAdvice(server.version);
  if (tooOld) throw new PgIndexError(tooOld);
  if (options.builds && corruptsIndexes(server.version) && !settings.allowCorruptingServer)
    throw new PgIndexError(corruptingServerAdvice(server.version));
  // A pooler sends its own key data: the only reliable sign of a pooler.
  if (keyDataPid !== server.pid && !settings.allowPooler) throw new PgIndexError(poolerAdvice());
}

/** Refuses a server that `target_session_attrs`, or the work itself, rules out. */
export function assertServerKind(server: Server, wanted: string, { writable }: Wanted): void {
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
