import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import { oneLine } from "../../engine/text/printable";
import { renderElapsed } from "../../engine/text/render";
import { readFleetFile } from "../../fleet/declare/fleetFile";
import { openControl } from "../../fleet/queue/controlDatabase";
import { noRolloutAdvice } from "../../fleet/rollout/rolloutMessages";
import { type FleetStatus, fleetStatus, lastStatus, targetsOf } from "../../fleet/rollout/status";
import type { Io } from "../commandIo";
import { endWith } from "../output/exitCodes";
import { writeSchema } from "../output/writeSchema";
import { addPrintingOptions, controlUrl, type FleetOptions } from "./fleetOptions";

const EXAMPLES = `
Examples:
  $ pgindex fleet status
  $ pgindex fleet status --watch
  $ pgindex fleet status --json | jq '.failed[] | .target'

Reads the control database alone. The exit code is 2 if the rollout is halted or stopped.
`;

interface StatusOptions extends FleetOptions {
  readonly watch?: boolean;
  readonly jsonSchema?: boolean;
}

export function addFleetStatus(fleet: Command, io: Io): void {
  const command = fleet
    .command("status")
    .description("show how far the rollout is: one line a wave, what runs, what has failed")
    .option("--watch", "show it until it ends")
    .addHelpText("after", EXAMPLES);
  addPrintingOptions(command).action(async (options: StatusOptions) => {
    if (options.jsonSchema) return writeSchema(fleetStatus, io);
    const state = await show(options, io);
    if (state === "halted" || state === "stopped") endWith("found", "fleet");
  });
}

const WATCH_MS = 1_000;

async function show(options: StatusOptions, io: Io): Promise<FleetStatus["state"]> {
  const { fleet } = await readFleetFile(options.file);
  const control = await openControl(await controlUrl(options, io));
  const stopped = options.watch
    ? (io.stopped?.() ?? new Promise<void>(() => undefined))
    : undefined;
  try {
    for (;;) {
      const status = await lastStatus(control, fleet.name);
      if (!status) throw new PgIndexError(noRolloutAdvice(fleet.name));
      const text = options.json ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status);
      if (options.watch && io.redraw && !options.json) io.redraw(text);
      else io.stdout(text);
      if (!stopped || status.state !== "running") return status.state;
      const isOver = await Promise.race([delay(WATCH_MS, false), stopped.then(() => true)]);
      if (isOver) return status.state;
    }
  } finally {
    await control.close();
  }
}

export function renderStatus(status: FleetStatus): string {
  const { fleet, state, waves, running, waitingFor, failed, workers, reason } = status;
  const width = Math.max(...waves.map(({ name }) => name.length));
  const lines = [
    `${fleet}: ${state}, ${workers.length} workers at work`,
    ...waves.map((wave) => `  ${waveLine(wave, width)}`),
    ...running.map(({ target, server, seconds, note }) => {
      const doing = note ? `: ${note}` : "";
      return `  ${target} on ${server}, ${renderElapsed(seconds * 1000)}${doing}`;
    }),
    ...waitingFor.map(({ note, targets }) => `  ${targets} waiting: ${note}`),
    ...failed.map(({ target, wave, problem }) => `  FAILED ${target} (${wave}): ${problem}`),
    ...(reason === null ? [] : [`  ${reason}`]),
  ];
  return `${lines.map(oneLine).join("\n")}\n`;
}

const BAR = 20;

function waveLine(wave: FleetStatus["waves"][number], width: number) {
  const { name, state, reason, targets } = wave;
  const { done, running, failed, left } = targets;
  const all = targetsOf(wave);
  const part = (count: number) => (all === 0 ? 0 : Math.floor((count / all) * BAR));
  const bar = `${"#".repeat(part(done + left))}${"+".repeat(part(running))}`.padEnd(BAR, ".");
  const counts = [
    `${done} of ${all}`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(left > 0 ? [`${left} left out`] : []),
  ];
  const why = reason === null || state === "passed" ? "" : `: ${reason}`;
  return `${name.padEnd(width)}  [${bar}]  ${counts.join(", ")}, ${state}${why}`;
}
