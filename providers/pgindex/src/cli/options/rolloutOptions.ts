import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_SOAK, type WrittenDuration, writtenDuration } from "../../engine/input/duration";
import { readStack, type StackSource } from "../../status/stackExport";
import type { StackState } from "../../status/stackState";
import type { Io } from "../commandIo";

/** Options of the commands that judge a rollout from one stack to the next. */
export interface RolloutOptions {
  readonly earlierStack?: string;
  readonly earlierState?: string;
  readonly soak: WrittenDuration;
}

export function addRolloutOptions(command: Command): Command {
  return command
    .option("--earlier-stack <name>", "the stack that went first, such as staging")
    .option("--earlier-state <file>", "its state, instead of asking Pulumi")
    .addOption(
      new Option("--soak <duration>", "how long the indexes must have been valid there")
        .argParser(toSoak)
        .default(toSoak(DEFAULT_SOAK), DEFAULT_SOAK),
    );
}

function toSoak(text: string): WrittenDuration {
  const parsed = writtenDuration.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be a number with a unit, such as "24h" or "30s".');
}

/** The stack that went first; undefined if none was named. */
export function earlierSource({
  earlierStack: stack,
  earlierState: state,
  cwd,
}: RolloutOptions & { readonly cwd?: string }): StackSource | undefined {
  return stack || state ? { stack, state, cwd } : undefined;
}

/** The state of the stack that went first; undefined if none was named. */
export async function readEarlier(
  options: RolloutOptions & { readonly cwd?: string },
  io: Io,
): Promise<StackState | undefined> {
  const source = earlierSource(options);
  return source && readStack(source, io.env);
}
