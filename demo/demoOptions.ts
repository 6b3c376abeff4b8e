import { parseArgs } from "node:util";

export interface Options {
  readonly help: boolean;
  readonly keep: boolean;
  readonly stop: boolean;
}

export const HELP = `Usage: npm start [-- options]

Rolls out the two indexes of Phase 3 on this machine: two embedded PostgreSQL servers called staging
and production, an application that reads and writes all the time, and the real Pulumi CLI with a
local backend. Staging first, then production behind the gate, then proof of every promise, and the
rollback. It takes about two minutes, writes .pgindex/report.html and to .pgindex/demo, and exits
with 0 if everything was as promised.

Options:
  --keep   stop before the rollback: keep servers and stacks, and show the commands to type next
  --stop   stop the servers that --keep left running, and remove their data
  --help   show this text

Examples:
  npm start                         the whole story, leaving nothing behind
  npm start -- --keep               then look around for yourself:
    source .pgindex/demo/env
    pulumi stack output verification --stack production --json
  npm start -- --stop               when you are done
`;

/** Throws the error of `parseArgs`. */
export function parseOptions(args: string[]): Options {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ args, options: { help: flag, keep: flag, stop: flag } });
  if (values.keep && values.stop) throw new TypeError("--keep and --stop exclude each other");
  return values;
}
