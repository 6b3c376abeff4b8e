import { type Command, InvalidArgumentError, Option } from "commander";
import { duration } from "../engine/duration";
import type { SoakRequired } from "../report/checklist";
import { readStack } from "../status/exportStack";
import type { StackState } from "../status/stackState";
import type { Io } from "./io";

/** The options of every command that judges a rollout from one stack to the next. */
export interface RolloutOptions {
  readonly earlierStack?: string;
  readonly earlierState?: string;
  readonly soak: SoakRequired;
}

const DAY = { ms: 24 * 60 * 60 * 1000, text: "24h" };

export function addRolloutOptions(command: Command): Command {
  return command
    .option("--earlier-stack <name>", "the stack that went first, such as staging")
    .option("--earlier-state <file>", "its state, instead of asking Pulumi")
    .addOption(
      new Option("--soak <duration>", "how long the indexes must have stood there")
        .argParser(toSoak)
        .default(DAY, DAY.text),
    );
}

function toSoak(text: string): SoakRequired {
  const parsed = duration.safeParse(text);
  if (parsed.success) return { ms: parsed.data, text };
  throw new InvalidArgumentError('It is a number with a unit, such as "24h" or "30s".');
}

/** The state of the stack that went first; undefined where none was named. */
export async function readEarlier(
  { earlierStack: stack, earlierState: state, cwd }: RolloutOptions & { readonly cwd?: string },
  io: Io,
): Promise<StackState | undefined> {
  return stack || state ? readStack({ stack, state, cwd }, io.env) : undefined;
}
