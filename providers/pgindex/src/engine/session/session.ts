import { closeClient, destroyClient } from "../connection/closeClient";
import { connect } from "../connection/connect";
import { connectionParameters } from "../connection/parameters";
import type { ServerNotice } from "../errors/notices";
import type { IdleSession } from "../slots/idleSessions";
import { type Look, type Opened, openInReservation } from "../slots/openSession";
import { type ServerState, serverState } from "../slots/slotReservation";
import type { SessionSettings, SessionTarget } from "./database";
import { keepOrClose, reuseIdle } from "./idleSession";
import type { Query } from "./query";
import { assumeRole } from "./role";
import { pinSettings } from "./settings/pinnedSettings";
import { vanishingSettings } from "./settings/vanishingClient";
import type { SharedReads } from "./sharedReads";
import { StatementQueue } from "./statementQueue";
import { suitableServer, type Wanted } from "./suitableServer";

type NoticeListener = (notice: ServerNotice) => void;

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
  /** A pooler or proxy answers in the server's place. */
  readonly isPooled: boolean;
  /** Extensions of the database that keep tables their own way: citus, timescaledb. */
  readonly tableKeepers: readonly string[];
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
  /**
   * Runs `work` with nobody else's statements in between, where others share the session: for a
   * transaction.
   */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** What those have read who share the session; undefined where nobody does. */
  readonly shared?: SharedReads;
  /** Hears every notice of the server, also those that it gave when the session began. */
  onNotice(listener: NoticeListener): void;
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
  /** It may have had other work before, and have other work after it is closed. */
  readonly isReusable?: boolean;
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
  const open = (look?: Look) => reuseOrConnect(database, { ...options, look });
  if (options.isUrgent) return (await open()).session;
  return openInReservation(database, open);
}

const IDLE_ANSWER_MS = 3_000;

type Opening = SessionOptions & { readonly look?: Look };

async function reuseOrConnect(database: SessionTarget, options: Opening): Promise<Opened<Session>> {
  const { target, session: settings } = database;
  const server = serverState(database);
  const key = JSON.stringify(connectionParameters(target.url));
  const begin = (idle: IdleSession) => beginSession(idle, server, settings, options);
  const reused = options.isReusable ? await reuseIdle(server, key, begin) : undefined;
  if (reused) return reused;
  await server.idle.closeDownTo(server.permits.total - server.permits.taken);
  return connect(target, applicationName(options), (connection, wanted) =>
    begin({ connection, wanted, key, connectedAt: performance.now() }),
  );
}

/** Ignores one in the URL: it would hide pgindex from anybody who looks for a lock's holder. */
function applicationName({ purpose }: SessionOptions): string {
  // In a database that cannot hold every character; the server shows no others either.
  return `pgindex ${purpose}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 63);
}

async function beginSession(
  idle: IdleSession,
  server: ServerState,
  settings: SessionSettings,
  options: Opening,
): Promise<Opened<Session>> {
  const { client, notices } = idle.connection;
  const queue = new StatementQueue(client);
  const query: Query = (text, values) => queue.query(text, values, options.answerWithinMs);
  // A network may have swallowed an idle session; a new one costs less than a long wait for it.
  const within = idle.beginnings === undefined ? options.answerWithinMs : IDLE_ANSWER_MS;
  const first: Query = (text, values) => queue.query(text, values, within);
  const suitable = await suitableServer(first, idle, settings, options);
  const { pid, version, role, beginnings, isPooled, tableKeepers } = suitable;
  const queryAsLogin = await assumeRole(query, settings.role, role);
  const vanishing = vanishingSettings(settings.whenClientVanishes, version);
  const pinned = { ...options, application: applicationName(options) };
  await pinSettings(query, version, pinned, vanishing);
  await options.look?.(queryAsLogin, options.willNeed);
  // A pooler's next session is another one. Of a collation the server warns once a session, and the
  // next work is to hear it too.
  const isOurs = options.isReusable === true && !isPooled;
  const end = () =>
    isOurs && queue.isEmpty && notices.length === 0
      ? keepOrClose(server, { ...idle, beginnings, query })
      : closeClient(client);
  const facts = { pid, serverVersion: version, isPooled, tableKeepers, query, queryAsLogin };
  return opened(facts, { ...idle, queue, end });
}

type Fact = "pid" | "serverVersion" | "isPooled" | "tableKeepers" | "query" | "queryAsLogin";

/** The session, and when it is closed. */
function opened(
  facts: Pick<Session, Fact>,
  {
    connection: { client, isOpen, notices },
    queue,
    end,
  }: IdleSession & { readonly queue: StatementQueue; readonly end: () => Promise<void> },
): Opened<Session> {
  let release = () => {};
  const closed = new Promise<void>((resolve) => {
    release = resolve;
  });
  const listeners: NoticeListener[] = [];
  const session: Session = {
    ...facts,
    get isOpen() {
      return isOpen();
    },
    onNotice: (listener) => {
      for (const notice of notices) listener(notice);
      client.on("notice", listener);
      listeners.push(listener);
    },
    run: async (text) => void (await queue.query(text)),
    alone: (work) => work(),
    close: () => {
      for (const listener of listeners) client.removeListener("notice", listener);
      return end().finally(release);
    },
    destroy: () => {
      destroyClient(client);
      release();
    },
  };
  return { session, closed };
}
