import type { Client, QueryConfig } from "pg";
import { type Connection, connect } from "./connect";
import {
  corruptingServerAdvice,
  corruptsIndexes,
  kindAdvice,
  oldServerAdvice,
  poolerAdvice,
  readOnlyAdvice,
} from "./connectionMessages";
import { answered, cut, goodbye } from "./lostConnection";
import { PgIndexError, UnsuitableServerError } from "./problems";
import { searchPathValue } from "./sql";
import type { Target } from "./target";
import { vanishingSettings } from "./vanishing";

/**
 * One direct connection to the server with every setting pinned that changes what we do or read.
 *
 * Where the search path is not empty, functions are called as `pg_catalog.…`: in a schema of the path anybody may have put one that
 * fits a parameter better than the server's own, and it would run with our rights
 * (https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058).
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
  /** Refuse a server whose concurrent builds may corrupt, unless the target allows it. */
  readonly builds?: boolean;
  /** How long a statement may wait for a lock; without limit by default, which a build needs. */
  readonly lockTimeoutMs?: number;
  /**
   * How long a `query` waits for its answer before the connection counts as lost; without limit by default. A NAT or a load balancer that
   * drops an idle connection tells nobody, and what was sent into it stays unanswered for ever.
   */
  readonly answerWithinMs?: number;
}

/** Opens a session. Throws {@link PgIndexError} with advice; no message carries the URL. */
export function openSession(target: Target, options: SessionOptions): Promise<Session> {
  // The application's own name, if the URL has one, would hide who this is from whoever looks for what locks the table.
  const application = `pgindex ${options.purpose}`.slice(0, 63);
  return connect(target, application, (connection, wanted) =>
    prepareSession(connection, wanted, target, options),
  );
}

async function prepareSession(
  { client, isOpen }: Connection,
  wanted: string,
  target: Target,
  options: SessionOptions,
): Promise<Session> {
  const ask = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const config: QueryConfig & { queryMode: "extended" } = {
      text,
      values: [...values],
      queryMode: "extended",
    };
    return (await client.query(config)).rows as Row[];
  };
  const query: Query = (text, values) =>
    answered(ask(text, values), client, options.answerWithinMs);
  const server = await readServer(query);
  gateServer(server, clientProcessId(client), target, options);
  gateKind(server, wanted, options);
  const vanishing = vanishingSettings(target.whenClientVanishes, server.version);
  await pinSettings(query, server.version, options, vanishing);
  return {
    pid: server.pid,
    serverVersion: server.version,
    get isOpen() {
      return isOpen();
    },
    query,
    run: async (text) => void (await ask(text)),
    close: () => goodbye(client),
    destroy: () => cut(client),
  };
}

type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

interface Server {
  readonly version: number;
  readonly pid: number;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
}

async function readServer(query: Query): Promise<Server> {
  const [row] = await query<Server>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version, pg_catalog.pg_backend_pid() AS pid,
            pg_catalog.pg_is_in_recovery() AS "inRecovery",
            pg_catalog.current_setting('transaction_read_only') = 'on' AS "readOnly"`,
  );
  if (!row) throw new Error("the server answered nothing to a query for its version");
  return row;
}

/** BackendKeyData as the server, or a pooler in its name, sent it at connection start. */
function clientProcessId(client: Client): number {
  return (client as unknown as { processID: number }).processID;
}

function gateServer(
  server: Server,
  keyDataPid: number,
  target: Target,
  options: SessionOptions,
): void {
  const tooOld = oldServerAdvice(server.version);
  if (tooOld) throw new PgIndexError(tooOld);
  if (options.builds && corruptsIndexes(server.version) && !target.allowCorruptingServer)
    throw new PgIndexError(corruptingServerAdvice(server.version));
  // A pooler sends key data of its own: the one sign of a pooler that is certain.
  if (keyDataPid !== server.pid && !target.allowPooler) throw new PgIndexError(poolerAdvice());
}

/** Whether it is what `target_session_attrs` wants, and what the work needs. */
function gateKind(server: Server, wanted: string, { writable }: SessionOptions): void {
  const { inRecovery, readOnly } = server;
  if (writable && (inRecovery || readOnly))
    throw new UnsuitableServerError(readOnlyAdvice(inRecovery));
  const kinds: Readonly<Record<string, boolean>> = {
    "read-write": !readOnly,
    "read-only": readOnly,
    primary: !inRecovery,
    standby: inRecovery,
  };
  if (kinds[wanted] === false) throw new UnsuitableServerError(kindAdvice(wanted, inRecovery));
}

/**
 * A role or database may carry timeouts, and a timeout that ends a concurrent build leaves an INVALID index
 * behind; the rest decides how the server reads literals and prints definitions.
 */
const PINNED: Readonly<Record<string, string>> = {
  statement_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  // A session whose client is gone keeps the table's key: without these the server may notice after two hours.
  tcp_keepalives_idle: "60",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "6",
  standard_conforming_strings: "on",
  TimeZone: "UTC",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  quote_all_identifiers: "off",
};

async function pinSettings(
  query: Query,
  version: number,
  { searchPath, lockTimeoutMs = 0 }: SessionOptions,
  vanishing: Readonly<Record<string, string>>,
): Promise<void> {
  const settings: Record<string, string> = {
    ...PINNED,
    ...vanishing,
    lock_timeout: String(lockTimeoutMs),
    search_path: searchPathValue(searchPath),
  };
  if (version >= 140000) settings.idle_session_timeout = "0";
  if (version >= 170000) settings.transaction_timeout = "0";
  await query(
    "SELECT pg_catalog.set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS s(name, value)",
    [Object.keys(settings), Object.values(settings)],
  );
  await assertPinned(query, settings);
}

async function assertPinned(
  query: Query,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const timeouts = Object.keys(settings).filter((name) => name.endsWith("_timeout"));
  const [kept] = await query<{ name: string; setting: string; wanted: string }>(
    `SELECT name, setting, wanted FROM unnest($1::text[], $2::text[]) AS w(name, wanted)
       JOIN pg_settings USING (name) WHERE setting <> wanted`,
    [timeouts, timeouts.map((name) => settings[name])],
  );
  if (kept) {
    throw new PgIndexError({
      what: `the server keeps ${kept.name} at ${kept.setting} ms although it was set to ${kept.wanted}`,
      why: "a timeout that ends a concurrent build leaves an INVALID index behind",
      fix: "connect directly to the server, not through a pooler or proxy that rewrites settings",
    });
  }
}
