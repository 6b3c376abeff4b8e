import { parseArgs } from "node:util";

export interface Options {
  readonly help: boolean;
  readonly keep: boolean;
  readonly stop: boolean;
}

export const HELP = `Usage: npm start [-- options]

Rolls out the two indexes of Phase 3 on this machine: two embedded PostgreSQL servers called staging and
production, an application that reads and writes all the time, and the real Pulumi CLI on a local backend.
Staging first, then production behind the gate, proof of every promise, and the rollback. It takes about
two minutes, writes .pgindex/report.html and below .pgindex/demo, and exits with 0 when everything was as promised.

Options:
  --keep   stop before the rollback: servers and stacks stay, and the commands to type next are shown
  --stop   end the servers that --keep left, and remove what they held
  --help   this text

Examples:
  npm start                         the whole story, nothing stays behind
  npm start -- --keep               then look around for yourself:
    source .pgindex/demo/env
    pulumi stack output verification --stack production --json
  npm start -- --stop               the end of that
`;

/** Throws what `parseArgs` finds wrong. */
export function parseOptions(args: string[]): Options {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ args, options: { help: flag, keep: flag, stop: flag } });
  if (values.keep && values.stop) throw new TypeError("--keep and --stop exclude each other");
  return values;
}
