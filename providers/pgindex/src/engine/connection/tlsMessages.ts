import { type Advice, errorText } from "../errors/advice";

/** Every message about certificates and encryption. None carries a URL. */

type Cause = Omit<Advice, "what">;

/** Codes of OpenSSL, as Node gives them, for a certificate that nobody known here has signed. */
const UNKNOWN_SIGNER = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

const REQUIRE = "sslmode=require encrypts without checking who answers";

/** What a failure of the encryption means; undefined for another failure. */
export function tlsCause(error: unknown): Cause | undefined {
  const { code = "" } = error as { code?: string };
  const text = errorText(error);
  if (UNKNOWN_SIGNER.has(code)) return unknownSignerCause(text);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return otherNameCause(text);
  if (/^CERT_/.test(code)) {
    return {
      why: `the server's certificate is not valid: ${text}`,
      fix: "renew the certificate, or correct the clock of this machine",
      otherwise: REQUIRE,
    };
  }
  if (/does not support SSL/.test(text)) {
    return {
      why: "the server offers no TLS, and sslmode asks for it",
      fix: "switch TLS on there (ssl = on), or check that the port is the server's own",
      otherwise:
        "sslmode=prefer goes on without TLS, for a server on the same machine or behind a tunnel",
    };
  }
  return /^ERR_(SSL|TLS|OSSL)_|^EPROTO$/.test(code) ? handshakeCause(text) : undefined;
}

function unknownSignerCause(text: string): Cause {
  return {
    why: `nobody known here has signed the server's certificate (${text})`,
    fix: "let sslrootcert name the file with the root certificate (Amazon RDS: global-bundle.pem; a self-signed one: itself)",
    otherwise: `${REQUIRE} (Railway's certificates are signed by nobody known)`,
  };
}

/** Node's text tells the names: "Host: db. is not in the cert's altnames: DNS:localhost". */
function otherNameCause(text: string): Cause {
  return {
    why: `the server's certificate is made out to another name (${text})`,
    fix: "connect by a name that the certificate has",
    otherwise: `sslmode=verify-ca with sslrootcert checks the signature alone; ${REQUIRE}`,
  };
}

function handshakeCause(text: string): Cause {
  return {
    why: `the TLS handshake failed (${text})`,
    fix: "check sslcert, sslkey and sslrootcert, and which versions of TLS the server takes (ssl_min_protocol_version)",
  };
}

const SSL_SETTINGS = "cannot use the TLS settings of the connection";

/** Without `file`: verify-ca has nothing to verify with. Without its path: nothing names it. */
export function certificateFileAdvice(file?: {
  readonly keyword: string;
  readonly path?: string;
  readonly code?: string;
}): Advice {
  if (file?.path === undefined) {
    const keyword = file?.keyword ?? "sslrootcert";
    return {
      what: SSL_SETTINGS,
      why: file
        ? "sslcert is of no use without its private key"
        : "sslmode=verify-ca needs the certificate to verify with",
      fix: `let ${keyword} name the file`,
      otherwise: file ? undefined : REQUIRE,
    };
  }
  const { keyword, path, code } = file;
  return {
    what: SSL_SETTINGS,
    why: code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read (${code})`,
    fix: `let ${keyword} name a file that can be read, best by its absolute path`,
    otherwise: keyword === "sslrootcert" ? REQUIRE : undefined,
  };
}

export function sslModeAdvice(modes: readonly string[]): Advice {
  return {
    what: SSL_SETTINGS,
    why: "sslmode is none that PostgreSQL knows",
    fix: `write one of ${modes.join(", ")}`,
    otherwise: "no-verify of node-postgres is sslmode=require here",
  };
}

export function weakSystemAdvice(mode: string): Advice {
  return {
    what: SSL_SETTINGS,
    why: `sslrootcert=system with sslmode=${mode}: an authority that anybody may ask has signed everybody's certificate`,
    fix: "write sslmode=verify-full, or leave sslmode out",
  };
}

export function bindingAdvice(): Advice {
  return {
    what: "refused: channel_binding=require, and the server does not offer it",
    why: "channel_binding=require is set, and what answers cannot prove that it is the server (no TLS, no SCRAM-SHA-256-PLUS); the password was not sent",
    fix: "connect with TLS to the server itself, with a password that is kept as scram-sha-256",
    otherwise: "leave channel_binding out",
  };
}
