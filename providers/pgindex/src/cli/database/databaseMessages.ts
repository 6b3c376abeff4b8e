import { URL_EXAMPLE } from "../../engine/connection/url/urlMessages";
import type { Advice } from "../../engine/errors/advice";
import { shortened } from "../../engine/text/printable";

/** Every message about where a command finds the database. None has a URL. */

/** `variable`: the one that is read by default. */
export function urlAsArgumentAdvice(variable: string): Advice {
  return {
    what: "a database URL cannot be given as an argument",
    why:
      "every user of the machine sees the arguments of its processes, " +
      "and the URL may hold a password (not shown)",
    fix: `put the URL into the environment variable ${variable}`,
    otherwise:
      "put it into another one, and name that: --database-url-env NAME; " +
      "or give it without a password: --database-url postgresql://user@host:5432/database",
  };
}

export function unsetUrlAdvice(variable: string): Advice {
  return {
    what: `the environment variable ${variable} is not set`,
    why: "it was named as the one that has the database's URL, and .env does not set it either",
    fix: `set it: export ${variable}=${URL_EXAMPLE}`,
    otherwise: "leave --database-url-env out and set PGHOST, PGUSER, PGPASSWORD and PGDATABASE",
  };
}

export function unsetKeyAdvice(key: string): Advice {
  return {
    what: `the stack's configuration has no ${key}`,
    why: "--config names it as the key of the database's URL",
    fix: `set it: pulumi config set --secret ${key}`,
    otherwise: "name another stack (--stack) or another folder (--cwd)",
  };
}

export function noConfigAdvice(stderr: string, stack: string | undefined): Advice {
  return {
    what: `pulumi does not show the configuration of ${stack ? `the stack ${stack}` : "a stack"}`,
    why: shortened(stderr.trim().replace(/^error: /, "")) || "it gave no reason",
    fix: "name the stack (--stack) and the project folder (--cwd), and set its passphrase",
    otherwise: "name the database yourself: --database-url-env NAME",
  };
}

export function severalConnectionsAdvice(names: readonly string[]): Advice {
  return {
    what: `the stack has several Connections: ${names.join(", ")}, and a command looks at one`,
    why: "each may lead to another database",
    fix: `name one: --connection ${names[0]}`,
    otherwise: "name the database yourself: --database-url-env NAME",
  };
}

export function noSuchConnectionAdvice(name: string, names: readonly string[]): Advice {
  return {
    what: `no index of the stack is built through a Connection ${name}`,
    why: names.length > 0 ? `there are: ${names.join(", ")}` : "its state has none",
    fix: names.length > 0 ? `write --connection ${names[0]}` : "leave --connection out",
  };
}

export function badPasswordCommandAdvice(): Advice {
  return {
    what: "cannot read --password-command",
    why: "it is not a JSON list of a program and its arguments",
    fix: `write it so: --password-command '["aws", "rds", "generate-db-auth-token"]'`,
  };
}

/** `looked`: the places, none of which names a database. */
export function nothingNamedLine(looked: readonly string[], target: string): string {
  return `no database is named (looked at: ${looked.join("; ")}); trying ${target}, as libpq does`;
}
