import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PgIndexError } from "../../errors/advice";
import { firstLineOf, passwordCommandAdvice } from "./passwordMessages";

/** A program that prints the password of the moment, such as a cloud's token. */
export interface PasswordCommand {
  /** The program and its arguments. No shell reads them. */
  readonly command: readonly string[];
  /** For how long new sessions get the same password, before the program is asked anew. */
  readonly maxAgeMs: number;
}

/** The tokens of Amazon RDS end after 15 minutes, those of other clouds after an hour. */
export const DEFAULT_PASSWORD_AGE_MS = 10 * 60_000;

/** Who connects where: the program finds it in its environment, under libpq's names. */
interface Login {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly database?: string;
}

interface Kept {
  readonly askedAt: number;
  readonly password: Promise<string>;
}

/** In this process only: no state, no file and no log has them. */
const kept = new Map<string, Kept>();

/** Some cloud's tools take seconds, and one that waits for somebody to type would wait for ever. */
const ANSWER_MS = 30_000;
const LARGEST_ANSWER = 1024 * 1024;

/**
 * The password for a login. If it was asked for an earlier session, the server may refuse it by now:
 * `forget` lets the next session ask anew. The promise is rejected with a {@link PgIndexError} that
 * has nothing of what the program printed on standard output.
 */
export function askForPassword(
  { command, maxAgeMs }: PasswordCommand,
  login: Login,
): { readonly password: Promise<string>; readonly forget?: () => void } {
  const key = JSON.stringify([command, login]);
  const forget = (it: Kept) => {
    if (kept.get(key) === it) kept.delete(key);
  };
  const known = kept.get(key);
  if (known && Date.now() - known.askedAt < maxAgeMs)
    return { password: known.password, forget: () => forget(known) };
  const asked = { askedAt: Date.now(), password: ask(command, login) };
  kept.set(key, asked);
  asked.password.catch(() => forget(asked));
  return { password: asked.password };
}

async function ask([program = "", ...args]: readonly string[], login: Login): Promise<string> {
  const { host, port, user = "", database = "" } = login;
  const env = {
    ...process.env,
    ...{ PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database },
  };
  const options = {
    ...{ env, timeout: ANSWER_MS, maxBuffer: LARGEST_ANSWER },
    killSignal: "SIGKILL",
  } as const;
  const { stdout, stderr } = await promisify(execFile)(program, args, options).catch((error) => {
    throw new PgIndexError(passwordCommandAdvice(program, reasonOf(error), error));
  });
  const password = firstLineOf(stdout);
  if (password) return password;
  throw new PgIndexError(passwordCommandAdvice(program, "it printed no password", { stderr }));
}

interface Failure extends Error {
  readonly code?: string | number;
  readonly killed?: boolean;
  readonly signal?: string;
}

/** Not the error's own message, which has the arguments. */
function reasonOf(error: Failure): string {
  if (error.code === "ENOENT") return "there is no such program";
  if (error.code === "EACCES") return "it may not be run";
  if (typeof error.code === "number") return `it ended with the exit code ${error.code}`;
  if (error.killed) return `it had not ended after ${ANSWER_MS / 1000} s`;
  return error.signal ? `it was ended by ${error.signal}` : `it failed (${error.code})`;
}
