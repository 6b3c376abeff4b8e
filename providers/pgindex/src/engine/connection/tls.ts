import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { PgIndexError } from "../errors/advice";
import type { Parameters } from "./environment";
import { certificateFileAdvice, sslModeAdvice, weakSystemAdvice } from "./tlsMessages";

/** How one connection is made: without TLS, or with these options of it. */
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
 * The ways to try one after the other, as `sslmode` means them to libpq. A socket of the machine is
 * never encrypted.
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
 * Node would ask for the name that it connects to, which is `hostaddr` where that is given. An
 * address is no name (RFC 6066).
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
  // With a root certificate at hand every mode asks who signed, and only verify-full to whom it was
  // given.
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

/** A certificate of the client's is of no use without its key. */
function privateKey(parameters: Parameters): string {
  const key = file(parameters, "sslkey", "postgresql.key");
  if (key === undefined) throw new PgIndexError(certificateFileAdvice({ keyword: "sslkey" }));
  return key;
}

/** Node before 22.15 cannot read the machine's own list, and has one of its own. */
function systemCertificates(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (of: "system") => string[] };
  return [...tls.rootCertificates, ...(getCACertificates?.("system") ?? [])];
}

/**
 * The file that a parameter names, which must be there, else the one that libpq looks for in
 * `~/.postgresql`.
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
