import type { Command } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import { planFleet, problemsOf } from "../../fleet/plan/fleetPlan";
import { notStartedAdvice } from "../../fleet/plan/planMessages";
import { readRecords } from "../../fleet/rollout/records";
import { startRollout } from "../../fleet/rollout/start";
import type { Io } from "../commandIo";
import {
  addFleetOptions,
  addModeOption,
  type ModeOptions,
  modeOf,
  withFleet,
} from "./fleetOptions";

const EXAMPLES = `
Examples:
  $ pgindex fleet start
  $ pgindex fleet start --allow-problems    a target that is away may be back by its turn

Plans as pgindex fleet plan does, records the rollout and queues its first wave. Nothing is built
before a worker runs: pgindex fleet work.
`;

interface StartOptions extends ModeOptions {
  readonly allowProblems?: boolean;
}

export function addStart(fleet: Command, io: Io): void {
  const command = fleet
    .command("start")
    .description("record a rollout and queue its first wave")
    .option("--allow-problems", "start although targets do not answer: they fail in their turn")
    .addHelpText("after", EXAMPLES);
  addModeOption(addFleetOptions(command)).action(async (options: StartOptions) => {
    await withFleet(options, io, { works: false }, async ({ control, queue, file }) => {
      const records = await readRecords(control.query, file.fleet.name);
      const plan = await planFleet({ file, mode: modeOf(options, file), env: io.env, records });
      const problems = problemsOf(plan);
      const canWait = problems.every(({ isAway }) => isAway);
      if (problems.length > 0 && !(options.allowProblems && canWait))
        throw new PgIndexError(notStartedAdvice(problems, canWait));
      const id = await startRollout(control, queue, plan, file.fleet);
      const targets = plan.waves.reduce((sum, wave) => sum + wave.targets.length, 0);
      io.stdout(
        `rollout ${id} of ${file.fleet.name}: ${targets} targets in ${plan.waves.length} waves\n`,
      );
    });
  });
}
