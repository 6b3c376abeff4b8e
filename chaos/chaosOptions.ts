import { Command, InvalidArgumentError } from "commander";

export interface Options {
  /** How long there is trouble. What has begun then is finished in peace. */
  readonly minutes: number;
  readonly seed: number;
  /** The server's major version; npm's newest without it. */
  readonly postgres?: string;
  /** Of each table. */
  readonly rows: number;
}

const AFTER = `
Exits with 0 when every promise was kept, with 1 when one was broken: the last lines say which, and with which seed.
The same seed makes the same troubles at the same times; what they hit depends on the machine too.

Examples:
  npm run chaos -- --minutes 2 --seed 7
  npm run chaos -- --minutes 30 --seed 7 --postgres 13`;

export function parseOptions(argv: readonly string[]): Options {
  return new Command("npm run chaos --")
    .description(
      "Two Pulumi CLIs build, replace and drop the same 25 indexes of five tables, while an application writes and all goes wrong that can: " +
        "sessions, CLIs, providers and the server are ended, locks and snapshots are held. Then every promise is checked.",
    )
    .option("--minutes <number>", "how long there is trouble", positive, 2)
    .option("--seed <number>", "of the schedule of troubles", whole, 1)
    .option("--postgres <version>", "major version of the embedded server: 13 to 18")
    .option("--rows <number>", "of each table", whole, 60_000)
    .addHelpText("after", AFTER)
    .parse(argv)
    .opts<Options>();
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It has to be a number above 0.");
  return value;
}

function whole(text: string): number {
  const value = positive(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It has to be a whole number.");
  return value;
}
