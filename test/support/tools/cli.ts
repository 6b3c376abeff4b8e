import { run } from "../../../providers/pgindex/src/cli/commandLine.ts";

/** What a command that looks at the database of `DATABASE_URL` says on standard error. */
export const SAYS_WHICH = /^(DATABASE_URL: \S+ as \S+\n|database \w+@\d+\/\d+, PostgreSQL \d+\n)+$/;

/** What a command printed, and how it ended. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `pgindex` in this process, with nothing in its environment but what is given. */
export async function pgindex(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const printed = { out: "", err: "" };
  const code = await run(args, {
    stdout: (text) => {
      printed.out += text;
    },
    stderr: (text) => {
      printed.err += text;
    },
    env,
  });
  return { code, ...printed };
}
