import { type Advice, errorText } from "../errors/advice";

/** Every message about certificates and encryption. None carries a URL. */

type Cause = Omit<Advice, "what">;

/** OpenSSL codes, as Node reports them, for a certificate without a trusted signer. */
const UNKNOWN_SIGNER = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

const REQUIRE = "sslmode=require encrypts without checking who answers";

/** What a TLS failure means; undefined for any other failure. */
export function tlsCause(error: unknown): Cause | undefined {
  const { code = "" } = error as { code?: string };
  const text = errorText(error);
  if (UNKNOWN_SIGNER.has(code)) return unknownSignerCause(text);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return otherNameCause(text);
  if (/^CERT_/.test(code)) {
    return {
      why: `the server's certificate is not valid: ${text}`,
      fix: "renew the certificate, or correct this machine's clock",
      otherwise: REQUIRE,
    };
  }
  if (/does not support SSL/.test(text)) {
    return {
      why: "the server offers no TLS, but sslmode requires it",
      fix: "enable TLS on the server (ssl = on), or check that the port is the server's own",
      otherwise:
        "sslmode=prefer connects without TLS, for a server on the same machine or behind a tunnel",
    };
  }
  return /^ERR_(SSL|TLS|OSSL)_|^EPROTO$/.test(code) ? handshakeCause(text) : undefined;
}

function unknownSignerCause(text: string): Cause {
  return {
    why: `the server's certificate is not signed by a trusted authority (${text})`,
    fix:
      "set sslrootcert to the root certificate's file " +
      "(Amazon RDS: global-bundle.pem; self-signed: the certificate itself)",
    otherwise: `${REQUIRE} (no trusted authority signs Railway's certificates)`,
  };
}

/** Node's text lists the names: "Host: db. is not in the cert's altnames: DNS:localhost". */
function otherNameCause(text: string): Cause {
  return {
    why: `the server's certificate was issued for another name (${text})`,
    fix: "connect by a name that is in the certificate",
    otherwise: `sslmode=verify-ca with sslrootcert checks only the signature; ${REQUIRE}`,
  };
}

function handshakeCause(text: string): Cause {
  return {
    why: `the TLS handshake failed (${text})`,
    fix:
      "check sslcert, sslkey and sslrootcert, and which TLS versions the server accepts " +
      "(ssl_min_protocol_version)",
  };
}

const SSL_SETTINGS = "cannot use the connection's TLS settings";

/** Without `file`: verify-ca has no root certificate. Without its path: no parameter sets it. */
export function certificateFileAdvice(file?: {
  readonly keyword: string;
  readonly path?: string;
  readonly code?: string;
}): Advice {
  if (file?.path === undefined) {
    const keyword = file?.keyword ?? "sslrootcert";
    return {
      what: SSL_SETTINGS,
      why: file ? "sslcert needs its private key" : "sslmode=verify-ca needs a root certificate",
      fix: `set ${keyword} to the file`,
      otherwise: file ? undefined : REQUIRE,
    };
  }
  const { keyword, path, code } = file;
  return {
    what: SSL_SETTINGS,
    why: code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read (${code})`,
    fix: `set ${keyword} to a readable file, preferably by its absolute path`,
    otherwise: keyword === "sslrootcert" ? REQUIRE : undefined,
  };
}

export function sslModeAdvice(modes: readonly string[]): Advice {
  return {
    what: SSL_SETTINGS,
    why: "PostgreSQL has no such sslmode",
    fix: `write one of ${modes.join(", ")}`,
    otherwise: "node-postgres's no-verify is sslmode=require here",
  };
}

export function weakSystemAdvice(mode: string): Advice {
  return {
    what: SSL_SETTINGS,
    why:
      `sslrootcert=system with sslmode=${mode} proves nothing: ` +
      "anybody can get a certificate from a public authority",
    fix: "write sslmode=verify-full, or omit sslmode",
  };
}

export function bindingAdvice(): Advice {
  return {
    what: "refused: channel_binding=require, and the server does not offer it",
    why:
      "without it (no TLS, or no SCRAM-SHA-256-PLUS) nothing proves that this is the server; " +
      "the password was not sent",
    fix: "connect to the server itself over TLS, with a password stored as scram-sha-256",
    otherwise: "omit channel_binding",
  };
}
