import type { Command } from "commander";
import {
  type FleetQueue,
  pauseRollout,
  resumeRollout,
  retryTargets,
  stopRollout,
} from "../../fleet/rollout/change";
import type { Rollout } from "../../fleet/rollout/rollout";
import type { Io } from "../commandIo";
import { addFleetOptions, type FleetOptions, withFleet } from "./fleetOptions";

/** `pause`, `resume`, `stop` and `retry`: what changes a rollout that has begun. */
export function addChanges(fleet: Command, io: Io): void {
  addChange(fleet, io, {
    name: "pause",
    description: "begin nothing more; what runs is finished",
    example: "$ pgindex fleet pause && pgindex fleet status",
    change: (at) => pauseRollout(at),
  });
  addChange(fleet, io, {
    name: "resume",
    description: "go on after a pause, with this release",
    example: "$ pgindex fleet resume --leave-failed",
    prepare: (command) => command.option("--leave-failed", "go on without what has failed"),
    change: (at, { leaveFailed }) => resumeRollout(at, leaveFailed === true),
  });
  addChange(fleet, io, {
    name: "stop",
    description: "end the rollout for good; what runs is finished, and what is built stays",
    example: "$ pgindex fleet stop",
    change: (at) => stopRollout(at),
  });
  addChange(fleet, io, {
    name: "retry",
    description: "do again what has failed, or the targets that are named, and go on",
    example: "$ pgindex fleet retry tenant-0042 tenant-0077",
    prepare: (command) =>
      command.argument("[target...]", "by name; otherwise all that have failed"),
    change: (at, _options, names) => retryTargets(at, names),
  });
}

interface ChangeOptions extends FleetOptions {
  readonly leaveFailed?: boolean;
}

interface Change {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly prepare?: (command: Command) => Command;
  readonly change: (
    at: FleetQueue,
    options: ChangeOptions,
    names: readonly string[],
  ) => Promise<Rollout>;
}

function addChange(fleet: Command, io: Io, { name, prepare = (it) => it, ...rest }: Change): void {
  const command = fleet
    .command(name)
    .description(rest.description)
    .addHelpText("after", `\nExample:\n  ${rest.example}\n`);
  addFleetOptions(prepare(command)).action(async (...given: unknown[]) => {
    const [options, names] = given.length > 2 ? [given[1], given[0] as string[]] : [given[0], []];
    const rollout = await withFleet(options as FleetOptions, io, { works: false }, (at) =>
      rest.change(at, options as ChangeOptions, names),
    );
    io.stdout(`rollout ${rollout.id} of ${rollout.fleet}: ${rollout.state}\n`);
  });
}
