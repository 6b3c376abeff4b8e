import type { Command } from "commander";
import { Worker } from "../../fleet/work/worker";
import { type Io, redact } from "../commandIo";
import { endWith } from "../output/exitCodes";
import { addFleetOptions, type FleetOptions, wholeNumber, withFleet } from "./fleetOptions";

const EXAMPLES = `
Examples:
  $ pgindex fleet work                       until it is stopped, for every rollout of the fleet
  $ pgindex fleet work --until-done          until the rollout is done, halted or stopped
  $ pgindex fleet work --concurrency 10

Run as many as you like, on as many machines. Each needs the fleet's file, its targets' source and
their URLs: none goes through the queue. If one is killed, another takes over its targets within
some twenty seconds, and waits for what still builds there.
SIGINT or SIGTERM once: begins nothing more and finishes what runs.

The exit code of --until-done is 2 if the rollout is not done at the end.
`;

interface WorkOptions extends FleetOptions {
  readonly concurrency: number;
  readonly untilDone?: boolean;
}

export function addWork(fleet: Command, io: Io): void {
  const command = fleet
    .command("work")
    .description("work on a fleet's rollouts, together with any number of others")
    .option("--concurrency <number>", "targets at the same time", wholeNumber, 4)
    .option("--until-done", "end when the rollout is done, halted or stopped")
    .addHelpText("after", EXAMPLES);
  addFleetOptions(command).action(async (options: WorkOptions) => {
    const { concurrency, untilDone = false } = options;
    const ended = await withFleet(
      options,
      io,
      { works: true },
      async ({ control, queue, file }) => {
        const say = (line: string) => io.stderr(redact(`${line}\n`));
        const worker = new Worker({ control, queue, file, env: io.env, concurrency, say });
        return worker.work(io.stopped?.() ?? new Promise(() => undefined), untilDone);
      },
    );
    if (untilDone && ended?.state !== "done") endWith("found", "fleet");
  });
}
