import { Command, InvalidArgumentError } from "commander";

export interface Options {
  /** How long to make trouble. Whatever has begun by then is finished in peace. */
  readonly minutes: number;
  readonly seed: number;
  /** The server's major version; by default npm's newest. */
  readonly postgres?: string;
  /** Rows per table. */
  readonly rows: number;
}

const AFTER = `
Exits with 0 if every promise was kept, and with 1 if one was broken: the last lines say which one,
and the seed. The same seed makes the same trouble at the same times; what it hits also depends on
the machine.

Examples:
  npm run chaos -- --minutes 2 --seed 7
  npm run chaos -- --minutes 30 --seed 7 --postgres 13`;

export function parseOptions(argv: readonly string[]): Options {
  return new Command("npm run chaos --")
    .description(
      "Two Pulumi CLIs build, rename, replace and drop 25 indexes on five tables while an " +
        "application writes and everything goes wrong that can: sessions, CLIs, providers and " +
        "the server are ended, locks and snapshots are held, other tools take names and " +
        "partitions away, a third stack wants what it does not own. Every promise is checked.",
    )
    .option("--minutes <number>", "how long to make trouble", positive, 2)
    .option("--seed <number>", "seed of the trouble schedule", whole, 1)
    .option("--postgres <version>", "major version of the embedded server: 13 to 18")
    .option("--rows <number>", "rows per table", whole, 60_000)
    .addHelpText("after", AFTER)
    .parse(argv)
    .opts<Options>();
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

export function whole(text: string): number {
  const value = positive(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
