import { type Advice, errorText, PgIndexError } from "../errors/advice";
import { routineOf, sqlState } from "../errors/sqlstate";
import { isLoginRefused, refusedPasswordAdvice } from "./password/passwordMessages";
import { tlsCause } from "./tlsMessages";

/** Every message about reaching a server. None carries a URL or a password. */

const LONG_NAMES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the host name does not resolve",
  EAI_AGAIN: "the host name does not resolve at the moment",
  ETIMEDOUT: "no answer",
  ENOENT: "there is no such socket",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
};

/** `timeout` in seconds; `asksCommand`: the password is what a command has printed. */
export function connectionAdvice(
  error: unknown,
  target: string,
  { timeout, asksCommand = false }: { readonly timeout: number; readonly asksCommand?: boolean },
): Advice {
  const isToken = asksCommand && isLoginRefused(error);
  const cause = isToken ? refusedPasswordAdvice(errorText(error)) : connectionCause(error, timeout);
  return { what: `cannot connect to ${target}`, ...cause };
}

function connectionCause(error: unknown, timeout: number): Omit<Advice, "what"> {
  if (error instanceof PgIndexError) {
    const { what: _, ...cause } = error.advice;
    return cause;
  }
  const encryption = tlsCause(error);
  if (encryption) return encryption;
  const state = sqlState(error);
  if (state === "28P01" || state === "28000") return authenticationCause(errorText(error));
  if (state === "3D000") {
    return {
      why: errorText(error),
      fix: "check the database name at the end of the URL",
    };
  }
  if (state === "53300") {
    return { why: errorText(error), ...tooManyFix(routineOf(error)) };
  }
  if (state && /^(22|42|55)/.test(state)) {
    return {
      why: errorText(error),
      fix: "correct or remove that setting in options of the URL, or in PGOPTIONS",
      otherwise: "an administrator can set it: ALTER ROLE … SET …;",
    };
  }
  const code = (error as { code?: string }).code ?? "";
  const why = LONG_NAMES[code] ?? networkText(error, timeout);
  return {
    why,
    fix: "check that the server is running, and the host and port in the URL",
    otherwise:
      "a server in a private network needs a tunnel, or pulumi run inside that network " +
      "(on a bastion or a CI runner); Railway also has a public URL",
  };
}

/** Whose limit it is, PostgreSQL tells by SQLSTATE in no language, and by its routine in each. */
function tooManyFix(routine: string): Pick<Advice, "fix" | "otherwise"> {
  if (routine === "InitializeSessionUserId")
    return {
      fix: "a build needs two connections of the role: ALTER ROLE … CONNECTION LIMIT …;",
      otherwise: "close its idle sessions, or connect as another role",
    };
  if (routine === "CheckMyDatabase")
    return {
      fix: "raise the database's limit: ALTER DATABASE … CONNECTION LIMIT …;",
      otherwise: "close idle sessions on the database",
    };
  return {
    fix: "close idle sessions, or raise max_connections",
    otherwise: "lower maxConcurrentBuilds",
  };
}

function authenticationCause(text: string): Omit<Advice, "what"> {
  if (/no encryption/.test(text)) {
    return {
      why: text,
      fix:
        "add ?sslmode=require to the URL " +
        "(verify-full with sslrootcert also checks the certificate)",
    };
  }
  if (/client certificate/.test(text)) {
    return {
      why: text,
      fix: "set sslcert and sslkey in the URL to the files of the client certificate and its key",
    };
  }
  return {
    why: text,
    fix:
      "correct the user and password in the URL: " +
      "pulumi config set --secret pgindex:databaseUrl, or DATABASE_URL",
    otherwise: "percent-encode special characters in the password (@ is %40, / is %2F, # is %23)",
  };
}

/** A host with several addresses yields an AggregateError whose own message is empty. */
function networkText(error: unknown, timeout: number): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(errorText))].join("; ");
  const text = errorText(error);
  return /timeout expired/.test(text) ? `no answer within ${timeout} s` : text;
}

/** `reasons`: why each of several servers failed. */
export function noServerAdvice(target: string, reasons: string): Advice {
  return {
    what: `cannot use any server of ${target}`,
    why: reasons,
    fix: "check that the primary is running and is one of the hosts in the URL",
  };
}
