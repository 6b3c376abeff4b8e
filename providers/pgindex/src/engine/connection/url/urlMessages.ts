import type { Advice } from "../../errors/advice";
import type { UrlMistake } from "./urlMistake";

/** Every message about the text of a URL. None shows any part of it that can hold a password. */

/** How a URL is written. `redact` of the command line lets exactly this text pass. */
export const URL_EXAMPLE = "postgresql://user:password@host:5432/database";

const WHAT = "cannot read the database URL";

/** What may be in the text, which therefore is not shown. */
const NOT_SHOWN = "(not shown: it may hold a password)";

const WITHOUT_URL = "set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE instead of a URL";

/** It begins as a URL of PostgreSQL and has a part that cannot be read. */
export function unreadableUrlAdvice(): Advice {
  return {
    what: WHAT,
    why: `it is not of the form ${URL_EXAMPLE} ${NOT_SHOWN}`,
    fix:
      "percent-encode special characters in the password " +
      "(@ is %40, / is %2F, # is %23, % is %25)",
    otherwise: WITHOUT_URL,
  };
}

export function mistakenUrlAdvice(mistake: UrlMistake): Advice {
  return { what: WHAT, ...causeOf(mistake), otherwise: WITHOUT_URL };
}

function causeOf(mistake: UrlMistake): Pick<Advice, "why" | "fix"> {
  switch (mistake.kind) {
    case "quoted":
      return {
        why: `it begins or ends with a quote, which is not part of it ${NOT_SHOWN}`,
        fix: "remove the quotes: a shell takes them off, a secret or an .env file may not",
      };
    case "space":
      return { why: `it begins with a space ${NOT_SHOWN}`, fix: "remove the space" };
    case "command":
      return {
        why: `it begins with the command psql ${NOT_SHOWN}`,
        fix: `leave out psql, its options and the quotes: ${URL_EXAMPLE}`,
      };
    case "assignment":
      return {
        why: `it begins with the name of a variable and an equals sign ${NOT_SHOWN}`,
        fix: `leave the name out: ${URL_EXAMPLE}`,
      };
    case "keywords":
      return {
        why: `it is a list of keywords (host=…), and not of the form ${URL_EXAMPLE} ${NOT_SHOWN}`,
        fix: `write it as a URL: ${URL_EXAMPLE}`,
      };
    case "placeholder":
      return {
        why: `it has a variable or a placeholder in it that nothing has replaced ${NOT_SHOWN}`,
        fix: "put the value there, and look where the shell or the template should have done so",
      };
    case "scheme":
      return {
        why: `its scheme is ${mistake.scheme}, and ours is postgresql: ${NOT_SHOWN}`,
        fix: `begin it with postgresql:// as in ${URL_EXAMPLE}`,
      };
    case "form":
      return {
        why: `it is not of the form ${URL_EXAMPLE} ${NOT_SHOWN}`,
        fix: `write it so: ${URL_EXAMPLE}`,
      };
  }
}

/** Nothing names a database, and where libpq would look then nothing listens. */
export function noDatabaseAdvice(target: string, reason: string): Advice {
  return {
    what: "no database is named",
    why:
      "none of these is set: url of the Connection, pgindex:databaseUrl of the stack, and in the " +
      `environment DATABASE_URL, PGHOST, PGPORT, PGSERVICE; so ${target} was tried: ${reason}`,
    fix:
      "pulumi config set --secret pgindex:databaseUrl …, or export " +
      `DATABASE_URL=${URL_EXAMPLE}`,
  };
}
