import type { Client, QueryConfig } from "pg";
import { closeClient, destroyClient, withAnswerTimeout } from "../connection/closeClient";
import { type Connection, connect } from "../connection/connect";
import { PgIndexError, UnsuitableServerError } from "../errors/advice";
import type { SessionSettings, SessionTarget } from "./database";
import { pinSettings } from "./pinnedSettings";
import { onlyRow, type Query } from "./query";
import { assumeRole } from "./role";
import {
  corruptingServerAdvice,
  corruptsIndexes,
  oldServerAdvice,
  poolerAdvice,
  readOnlyAdvice,
  serverKindAdvice,
} from "./sessionMessages";
import { vanishingSettings } from "./vanishingClient";

/**
 * One direct connection to the server with every setting pinned that changes what we do or read.
 *
 * Where the search path is not empty, functions are called as `pg_catalog.…`: in a schema of the
 * path anybody may have put one that fits a parameter better than the server's own, and it would
 * run with our rights (https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058).
 */
export interface Session {
  /** The backend's process id, as in `pg_stat_activity.pid`. */
  readonly pid: number;
  /** `server_version_num`, such as 170010. */
  readonly serverVersion: number;
  /** False once the connection is lost or closed. */
  readonly isOpen: boolean;
  /** Runs one statement by the extended protocol, which cannot carry a second one. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The same for a statement that may take its time: somebody has to watch it. */
  run(text: string): Promise<void>;
  /**
   * As `query`, but as the role that logged in where that acts as another: for what concerns
   * sessions. Not within a transaction.
   */
  queryAsLogin<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Never fails, and does not wait for a network that no longer answers. */
  close(): Promise<void>;
  /** Cuts the connection without waiting: for a network that no longer answers. */
  destroy(): void;
}

export interface SessionOptions {
  /** Shown in `pg_stat_activity.application_name`. */
  readonly purpose: string;
  readonly searchPath: readonly string[];
  /** Refuse a server that cannot be written to. */
  readonly writable: boolean;
  /** Refuse a server whose concurrent builds may corrupt, unless the settings allow it. */
  readonly builds?: boolean;
  /** How long a statement may wait for a lock; without limit by default, which a build needs. */
  readonly lockTimeoutMs?: number;
  /**
   * How long a `query` waits for its answer before the connection counts as lost; without limit by
   * default. A NAT or a load balancer that drops an idle connection tells nobody, and what was sent
   * into it stays unanswered for ever.
   */
  readonly answerWithinMs?: number;
}

/** Opens a session. Throws {@link PgIndexError} with advice; no message carries the URL. */
export function openSession(
  { target, session }: SessionTarget,
  options: SessionOptions,
): Promise<Session> {
  // The application's own name, if the URL has one, would hide who this is from whoever looks for
  // what locks the table.
  const application = `pgindex ${options.purpose}`.slice(0, 63);
  return connect(target, application, (connection, wanted) =>
    prepareSession(connection, wanted, session, options),
  );
}

async function prepareSession(
  { client, isOpen }: Connection,
  wanted: string,
  settings: SessionSettings,
  options: SessionOptions,
): Promise<Session> {
  const enqueue = serialQueue();
  const query: Query = (text, values) =>
    enqueue(() =>
      withAnswerTimeout(runQuery(client, text, values), client, options.answerWithinMs),
    );
  const server = await readServer(query);
  assertSupportedServer(server, clientProcessId(client), settings, options);
  assertServerKind(server, wanted, options);
  const queryAsLogin = await assumeRole(query, settings.role);
  const vanishing = vanishingSettings(settings.whenClientVanishes, server.version);
  await pinSettings(query, server.version, options, vanishing);
  return {
    pid: server.pid,
    serverVersion: server.version,
    get isOpen() {
      return isOpen();
    },
    query,
    queryAsLogin,
    run: (text) => enqueue(async () => void (await runQuery(client, text))),
    close: () => closeClient(client),
    destroy: () => destroyClient(client),
  };
}

async function runQuery<Row>(
  client: Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const config: QueryConfig & { queryMode: "extended" } = {
    text,
    values: [...values],
    queryMode: "extended",
  };
  return (await client.query(config)).rows as Row[];
}

/** One statement after the other, in the order they are given: pg 9 will queue none any more. */
function serialQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

interface Server {
  readonly version: number;
  readonly pid: number;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
}

async function readServer(query: Query): Promise<Server> {
  return onlyRow(
    await query<Server>(
      `SELECT pg_catalog.current_setting('server_version_num')::int AS version, pg_catalog.pg_backend_pid() AS pid,
              pg_catalog.pg_is_in_recovery() AS "inRecovery",
              pg_catalog.current_setting('transaction_read_only') = 'on' AS "readOnly"`,
    ),
  );
}

/** BackendKeyData as the server, or a pooler in its name, sent it at connection start. */
function clientProcessId(client: Client): number {
  return (client as unknown as { processID: number }).processID;
}

function assertSupportedServer(
  server: Server,
  keyDataPid: number,
  settings: SessionSettings,
  options: SessionOptions,
): void {
  const tooOld = oldServerAdvice(server.version);
  if (tooOld) throw new PgIndexError(tooOld);
  if (options.builds && corruptsIndexes(server.version) && !settings.allowCorruptingServer)
    throw new PgIndexError(corruptingServerAdvice(server.version));
  // A pooler sends key data of its own: the one sign of a pooler that is certain.
  if (keyDataPid !== server.pid && !settings.allowPooler) throw new PgIndexError(poolerAdvice());
}

/** Whether it is what `target_session_attrs` wants, and what the work needs. */
function assertServerKind(server: Server, wanted: string, { writable }: SessionOptions): void {
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
