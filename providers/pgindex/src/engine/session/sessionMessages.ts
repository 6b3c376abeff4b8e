import type { Advice } from "../errors/advice";
import type { HazardCode } from "../hazards/hazardKinds";
import { literal } from "../text/sql";

/** `server_version_num` of the oldest release that the tests run on. */
const OLDEST = 130000;

/** The newest major that the tests run on. */
const NEWEST = 18;

/** Of a release that nobody has tried: it goes on. */
export function newerServerLine(version: number): string | undefined {
  const major = Math.floor(version / 10_000);
  if (major <= NEWEST) return undefined;
  return (
    `PostgreSQL ${major} is newer than what this pgindex is tested with (13 to ${NEWEST}): it goes ` +
    "on; try it on staging first, and look for a newer pgindex: npm outdated pulumi-pgindex"
  );
}

export function oldServerAdvice(version: number): Advice | undefined {
  if (version >= OLDEST) return undefined;
  return {
    what: `refused: PostgreSQL ${renderVersion(version)} is too old`,
    why:
      "pgindex is tested on PostgreSQL 13 and newer; " +
      "older releases no longer get fixes, and report less about a build",
    fix: "upgrade the server",
  };
}

/**
 * Whether its concurrent builds can leave rows out: https://www.postgresql.org/docs/release/14.4/
 */
export function corruptsIndexes(version: number): boolean {
  return version >= 140000 && version < 140004;
}

export function corruptingServerAdvice(version: number): Advice {
  return {
    what: `refused: PostgreSQL ${renderVersion(version)} builds corrupt indexes`,
    why:
      "in 14.0 to 14.3, CREATE INDEX CONCURRENTLY can silently leave out rows that are updated " +
      "during the build (release notes of 14.4)",
    fix: "upgrade to 14.4 or newer, then check existing indexes with amcheck",
    otherwise:
      "allowCorruptingServer: true on the Connection, for a database that nobody writes to " +
      "during the build; refresh and destroy work without it",
    code: "corrupting-server" satisfies HazardCode,
  };
}

/** An index built on such a server needs a check: the catalog calls it valid either way. */
export function corruptibleWarning(index: string, version: number): string {
  return (
    `${index}: PostgreSQL ${renderVersion(version)} may have left rows out of it. ` +
    "To check a btree index: CREATE EXTENSION IF NOT EXISTS amcheck; " +
    `SELECT bt_index_check(${literal(index)}::regclass, true);`
  );
}

function renderVersion(version: number): string {
  return `${Math.floor(version / 10000)}.${version % 10000}`;
}

export function poolerAdvice(): Advice {
  return {
    what: "refused: a pooler answers in the server's place",
    why:
      "in transaction mode its clients share sessions: settings leak to the application, " +
      "and locks exclude nobody",
    fix:
      "use the direct URL: not PgBouncer's, on Neon the host without -pooler, " +
      "on Supabase not port 6543",
    otherwise:
      "allowPooler: true on the Connection, for a proxy that keeps one server session per client " +
      "(Neon's direct host and Supabase's session pooler also answer in the server's place)",
    code: "pooler" satisfies HazardCode,
  };
}

export function readOnlyAdvice(inRecovery: boolean): Advice {
  return {
    what: "refused: this server takes no writes",
    why: inRecovery
      ? "it is a replica (pg_is_in_recovery() is true), and indexes are built on the primary"
      : "transactions are read-only here (default_transaction_read_only, or a read-only role)",
    fix: "connect to the primary",
    otherwise: inRecovery
      ? "list every server, and pgindex finds the primary: " +
        "host1:5432,host2:5432/database?target_session_attrs=read-write"
      : "ALTER ROLE … SET default_transaction_read_only = off",
  };
}

/** A timeout that ignored what it was set to. */
export interface KeptSetting {
  readonly name: string;
  /** "30s" */
  readonly setting: string;
}

export function keptSettingAdvice({ name, setting }: KeptSetting): Advice {
  return {
    what: `the server keeps ${name} at ${setting}, whatever it is set to`,
    why: "a timeout that ends a concurrent build leaves an INVALID index behind",
    fix: "connect directly to the server, not through a pooler or proxy that rewrites settings",
  };
}

/** `wanted` is a `target_session_attrs`. */
export function serverKindAdvice(wanted: string, inRecovery: boolean): Advice {
  return {
    what: "refused: this server is not the kind that target_session_attrs asks for",
    why: `${wanted} is wanted, but this is ${inRecovery ? "a standby" : "a primary"}`,
    fix: "correct the host or target_session_attrs in the URL",
  };
}

export function lockedAdvice(purpose: string): Advice {
  return {
    what: `could not read the database (${purpose}): another session has locked a table or index`,
    why: "a session holds ACCESS EXCLUSIVE or waits for it (ALTER TABLE, VACUUM FULL, LOCK TABLE)",
    fix: "run the command again once it has ended",
    otherwise:
      "to see who: SELECT pid, relation::regclass FROM pg_locks " +
      "WHERE mode = 'AccessExclusiveLock';",
  };
}

/** An engine that speaks PostgreSQL's protocol and builds indexes its own way. */
interface OtherEngine {
  readonly name: string;
  /** In `version()`. */
  readonly sign: RegExp;
  readonly why: string;
}

const NOT_OF_POSTGRESQL =
  "its indexes are built, and its locks held, in another way, so that nothing that pgindex checks " +
  "and promises holds there";

const ENGINES: readonly OtherEngine[] = [
  {
    name: "YugabyteDB",
    // https://docs.yugabyte.com/stable/explore/ysql-language-features/indexes-constraints/index-backfill/
    sign: /-YB-/,
    why: `CREATE INDEX backfills online by itself: ${NOT_OF_POSTGRESQL}`,
  },
  {
    name: "CockroachDB",
    // https://www.cockroachlabs.com/docs/stable/online-schema-changes
    sign: /^CockroachDB/,
    why: `CREATE INDEX is a job of its own: ${NOT_OF_POSTGRESQL}`,
  },
  {
    name: "Greenplum",
    sign: /Greenplum Database/,
    why: "it has no CREATE INDEX CONCURRENTLY: a build blocks every writer",
  },
  {
    name: "Apache Cloudberry",
    sign: /Cloudberry/,
    why: "it has no CREATE INDEX CONCURRENTLY: a build blocks every writer",
  },
];

/** Advice if `version()` is that of an engine on which a build would be wrong. Pure. */
export function otherEngineAdvice(version: string): Advice | undefined {
  const engine = ENGINES.find(({ sign }) => sign.test(version));
  if (!engine) return undefined;
  return {
    what: `refused: the server is ${engine.name}, not PostgreSQL`,
    why: engine.why,
    fix: `create the index with a migration of ${engine.name}'s own`,
  };
}
