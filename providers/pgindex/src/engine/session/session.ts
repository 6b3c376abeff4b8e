import type { Client, QueryConfig } from "pg";
import { closeClient, destroyClient, withAnswerTimeout } from "../connection/closeClient";
import { type Connection, connect } from "../connection/connect";
import type { ServerNotice } from "../errors/notices";
import { type Look, type Opened, openInReservation } from "../slots/openSession";
import type { SessionSettings, SessionTarget } from "./database";
import { pinSettings } from "./pinnedSettings";
import type { Query } from "./query";
import { assumeRole } from "./role";
import {
  assertServerKind,
  assertSupportedServer,
  clientProcessId,
  readServer,
  type Wanted,
} from "./suitableServer";
import { vanishingSettings } from "./vanishingClient";

/**
 * One direct connection to the server, with every setting pinned that affects our work or reads.
 *
 * If the search path is not empty, functions are called as `pg_catalog.…`: anybody may have created
 * one in a schema of the path whose parameters match better than those of the server's own, and it
 * would run with our privileges (https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058).
 */
export interface Session {
  /** The backend's process id, as in `pg_stat_activity.pid`. */
  readonly pid: number;
  /** `server_version_num`, such as 170010. */
  readonly serverVersion: number;
  /** False once the connection is lost or closed. */
  readonly isOpen: boolean;
  /** Runs one statement over the extended protocol, which cannot carry a second one. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** As `query`, for a long statement: without a time limit, so the caller must watch it. */
  run(text: string): Promise<void>;
  /**
   * As `query`, but as the role that logged in rather than the one it acts as: for queries about
   * sessions. Not within a transaction.
   */
  queryAsLogin<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Hears every notice of the server, also those that it gave when the session began. */
  onNotice(listener: (notice: ServerNotice) => void): void;
  /** Never fails, and waits only briefly for a network that no longer answers. */
  close(): Promise<void>;
  /** Destroys the connection without waiting, for a network that no longer answers. */
  destroy(): void;
}

export interface SessionOptions extends Wanted {
  /** Shown in `pg_stat_activity.application_name`. */
  readonly purpose: string;
  readonly searchPath: readonly string[];
  /** How long a statement waits for a lock; by default without limit, which a build needs. */
  readonly lockTimeoutMs?: number;
  /** Do not wait for a free connection: to cancel, to clean up, or in place of a lost session. */
  readonly isUrgent?: boolean;
  /** How many sessions the work itself will need, for which a limit may be too low. */
  readonly willNeed?: number;
  /**
   * How long a `query` waits for its answer before the connection counts as lost; by default
   * without limit. A NAT or load balancer can drop an idle connection silently, and then no answer
   * ever comes.
   */
  readonly answerWithinMs?: number;
}

/** Opens a session. Throws {@link PgIndexError} with advice; no message carries the URL. */
export async function openSession(
  database: SessionTarget,
  options: SessionOptions,
): Promise<Session> {
  const { target, session } = database;
  // Ignores an application name in the URL: it would hide pgindex from anybody who looks for the
  // holder of a lock.
  const application = `pgindex ${options.purpose}`.slice(0, 63);
  const open = (look?: Look) =>
    connect(target, application, (connection, wanted) =>
      prepareSession(connection, wanted, session, { ...options, look }),
    );
  if (options.isUrgent) return (await open()).session;
  return openInReservation(database, open);
}

async function prepareSession(
  { client, isOpen, notices }: Connection,
  wanted: string,
  settings: SessionSettings,
  options: SessionOptions & { readonly look?: Look },
): Promise<Opened<Session>> {
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
  await options.look?.(queryAsLogin, options.willNeed);
  let release = () => {};
  const closed = new Promise<void>((resolve) => {
    release = resolve;
  });
  const opened: Session = {
    pid: server.pid,
    serverVersion: server.version,
    get isOpen() {
      return isOpen();
    },
    query,
    queryAsLogin,
    onNotice: (listener) => {
      for (const notice of notices) listener(notice);
      client.removeAllListeners("notice").on("notice", listener);
    },
    run: (text) => enqueue(async () => void (await runQuery(client, text))),
    close: () => closeClient(client).finally(release),
    destroy: () => {
      destroyClient(client);
      release();
    },
  };
  return { session: opened, closed };
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

/** Runs statements one at a time, in order: pg 9 will no longer queue them itself. */
function serialQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
