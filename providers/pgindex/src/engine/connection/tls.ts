import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { PgIndexError } from "../errors/advice";
import type { Parameters } from "./environment";
import { certificateFileAdvice, sslModeAdvice, weakSystemAdvice } from "./tlsMessages";

/** How to connect: without TLS (false), or with these TLS options. */
export type Encryption = false | tls.ConnectionOptions;

export const SSL_MODES = [
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
] as const;
type SslMode = (typeof SSL_MODES)[number];

/**
 * The options to try in turn, as libpq does for `sslmode`. A Unix socket is never encrypted.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function encryptionsOf(parameters: Parameters, host: string): readonly Encryption[] {
  const mode = modeOf(parameters);
  if (mode === "disable" || host.startsWith("/")) return [false];
  const encrypted = { ...certificateOptions(parameters, mode), servername: serverName(host) };
  if (mode === "allow") return [false, encrypted];
  if (mode === "prefer") return [encrypted, false];
  return [encrypted];
}

function modeOf({ sslmode, sslrootcert, sslnegotiation }: Parameters): SslMode {
  const isSystem = sslrootcert === "system";
  const mode = SSL_MODES.find((known) => known === sslmode);
  if (sslmode !== undefined && !mode) throw new PgIndexError(sslModeAdvice(SSL_MODES));
  if (isSystem && mode && mode !== "verify-full") throw new PgIndexError(weakSystemAdvice(mode));
  if (mode) return mode;
  if (isSystem) return "verify-full";
  return sslnegotiation === "direct" ? "require" : "prefer";
}

/**
 * The name to ask for (SNI): Node would use the host it connects to, which can be `hostaddr`. An
 * address is not a server name (RFC 6066).
 */
function serverName(host: string): string | undefined {
  return /^[\d.]+$|:/.test(host) ? undefined : host;
}

function certificateOptions(parameters: Parameters, mode: SslMode): tls.ConnectionOptions {
  const ca = rootCertificates(parameters, mode);
  const cert = file(parameters, "sslcert", "postgresql.crt");
  const own = cert && { cert, key: privateKey(parameters) };
  const options = { ca, ...own, passphrase: parameters.sslpassword };
  if (mode === "verify-full") return options;
  // With a root certificate, every mode verifies the signature; only verify-full checks the name.
  return ca
    ? { ...options, checkServerIdentity: () => undefined }
    : { ...options, rejectUnauthorized: false };
}

function rootCertificates(parameters: Parameters, mode: SslMode): string | string[] | undefined {
  if (parameters.sslrootcert === "system") return systemCertificates();
  const root = file(parameters, "sslrootcert", "root.crt");
  if (root === undefined && mode === "verify-ca") throw new PgIndexError(certificateFileAdvice());
  return root;
}

/** The key that a client certificate needs. */
function privateKey(parameters: Parameters): string {
  const key = file(parameters, "sslkey", "postgresql.key");
  if (key === undefined) throw new PgIndexError(certificateFileAdvice({ keyword: "sslkey" }));
  return key;
}

/** Node's own list, plus the machine's, which Node can read since 22.15. */
function systemCertificates(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (of: "system") => string[] };
  return [...tls.rootCertificates, ...(getCACertificates?.("system") ?? [])];
}

/**
 * The content of the file that a parameter names, which must exist, else of libpq's default file in
 * `~/.postgresql`, if there is one.
 */
function file(parameters: Parameters, keyword: string, usual: string): string | undefined {
  const named = parameters[keyword];
  const path = named ?? join(homedir(), ".postgresql", usual);
  if (named === undefined && !existsSync(path)) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PgIndexError(certificateFileAdvice({ keyword, path, code }));
  }
}
