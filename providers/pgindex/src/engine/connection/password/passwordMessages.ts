import type { Advice } from "../../errors/advice";
import { routineOf, sqlState } from "../../errors/sqlstate";
import { shortened } from "../../text/printable";

/** Every message about where the password comes from. None has one in it. */

export function noPasswordAdvice(): Advice {
  return {
    what: "cannot connect",
    why: "the server asks for a password, and none is given",
    fix:
      "put it in the URL, PGPASSWORD, or the password file " +
      "(PGPASSFILE or ~/.pgpass, readable only by its owner: chmod 600)",
    otherwise: "let a program print it: passwordCommand of the Connection",
  };
}

export function firstLineOf(text = ""): string {
  return text.split(/\r?\n/, 1)[0] ?? "";
}

/** Of `stderr` the first line is shown, without what may be a secret. */
export function passwordCommandAdvice(
  program: string,
  reason: string,
  { stdout, stderr = "" }: { readonly stdout?: string; readonly stderr?: string },
): Advice {
  const said = withoutSecrets(firstLineOf(stderr.trim()), firstLineOf(stdout));
  const what = `passwordCommand, ${program}: ${reason}`;
  return {
    what: "cannot connect",
    why: said === "" ? what : `${what}, and said: ${said}`,
    fix: "run the command by hand where Pulumi runs: its first line has to be the password",
    otherwise: "log in to the cloud anew, if its own login has ended",
  };
}

/** The server did not take what the program has printed a moment ago. */
export function refusedPasswordAdvice(reason: string): Omit<Advice, "what"> {
  return {
    why: `${reason}; the password is that of passwordCommand, asked just now`,
    fix:
      "check that the command is for this host, user and region, " +
      "and that the role may log in with such a token",
  };
}

/** Anything that is long enough for a token, and the values of what is named after a secret. */
function withoutSecrets(line: string, printed: string): string {
  const shown = (printed ? line.replaceAll(printed, "(hidden)") : line)
    .replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, "(a URL, not shown)")
    .replaceAll(
      /((?:pass(?:word|wd)?|secret|token|key|signature)["']?\s*[:=]\s*)\S+/gi,
      "$1(hidden)",
    )
    .replaceAll(/[\w+/=.~%-]{24,}/g, "(hidden)");
  return shortened(shown);
}

/** Whether the server did not take the password, however it looks passwords up. */
export function isLoginRefused(error: unknown): boolean {
  const state = sqlState(error);
  return state === "28P01" || (state === "28000" && routineOf(error) === "auth_failed");
}
