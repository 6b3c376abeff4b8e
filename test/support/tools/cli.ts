import { run } from "../../../providers/pgindex/src/cli/commandLine.ts";

/** What a command that looks at a database says on standard error, and nothing else. */
export const SAYS_WHICH = /^database \w+@\d+\/\d+, PostgreSQL \d+\n$/;

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
