import type { ClientConfig } from "pg";
import { parse, toClientConfig } from "pg-connection-string";
import type { PatienceTexts } from "./patienceArgs";
import { type Advice, PgIndexError } from "./problems";

/** Where and how to connect. */
export interface Target {
  /** A PostgreSQL URL. Undefined: the PG* variables of the environment, as libpq reads them. */
  readonly url?: string;
  /** Builds on different tables that may run side by side. */
  readonly maxConcurrentBuilds: number;
  /** Connect although a pooler answers for the server. */
  readonly allowPooler: boolean;
  /** Build although concurrent builds of PostgreSQL 14.0 to 14.3 may leave rows out. */
  readonly allowCorruptingServer?: boolean;
  /** How long operations wait where their resource does not say it. */
  readonly patience?: PatienceTexts;
}

/**
 * The parser takes anything: a keyword string for the database's name, password and all, and what follows a `#`, the host
 * mostly, for nothing, so that another server is asked.
 */
const READABLE_URL = /^postgres(ql)?:\/\/[^#]*$/i;

/**
 * A password with a `/` or a `?` that is not encoded ends the host's part: what follows would be taken for a database and be shown in
 * messages. `@` stands in a path or before the first `=` of a query for no other reason.
 */
const MISREAD_PASSWORD = /^[a-z]+:\/\/[^/?@]*(\/[^?@]*@|[^?]*\?[^=&]*@)/i;

/**
 * The connection options of a target. `sslmode` means what it means to libpq: `require` encrypts without checking
 * the certificate, `verify-full` checks it.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */
export function clientConfig(target: Target): ClientConfig {
  if (target.url === undefined) return {};
  try {
    if (!READABLE_URL.test(target.url) || MISREAD_PASSWORD.test(target.url))
      throw new Error("not a URL of PostgreSQL");
    return toClientConfig(parse(target.url, { useLibpqCompat: true }));
  } catch (error) {
    const certificate = certificateAdvice(error);
    if (certificate) throw new PgIndexError(certificate);
    // The parser's own error would carry the URL, and with it the password.
    throw new PgIndexError({
      what: "cannot read the database URL",
      why: "it is not of the form postgresql://user:password@host:port/database (not shown: it may hold a password)",
      fix: "percent-encode special characters of the password (@ is %40, / is %2F, # is %23)",
      otherwise: "set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, and give no URL",
    });
  }
}

/** What the URL says of TLS can be wrong too: a certificate file that is not there, or none where one is needed. */
function certificateAdvice(error: unknown): Advice | undefined {
  const { code, path, message } = error as { code?: string; path?: string; message?: string };
  const isMissingFile = code === "ENOENT" && path !== undefined;
  if (!isMissingFile && !/verify-ca/.test(message ?? "")) return undefined;
  return {
    what: "cannot use the TLS settings of the database URL",
    why: isMissingFile
      ? `there is no file ${path}`
      : "sslmode=verify-ca needs the certificate to verify with",
    fix: "let sslrootcert name the file with the server's root certificate",
    otherwise: "sslmode=require encrypts without checking who answers",
  };
}

/** `host:port/database` as user, for messages: never the password. */
export function describeTarget(config: ClientConfig): string {
  const host = config.host ?? process.env.PGHOST ?? "localhost";
  const port = config.port ?? process.env.PGPORT ?? 5432;
  const database = config.database ?? process.env.PGDATABASE ?? "";
  const user = config.user ?? process.env.PGUSER ?? "";
  return `${host}:${port}/${database} as ${user || "the default user"}`;
}
