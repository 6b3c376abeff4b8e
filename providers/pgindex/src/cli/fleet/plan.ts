import { resolve } from "node:path";
import Table from "cli-table3";
import type { Command } from "commander";
import { z } from "zod";
import { oneLine } from "../../engine/text/printable";
import { readFleetFile } from "../../fleet/declare/fleetFile";
import { type FleetPlan, planFleet, problemsOf } from "../../fleet/plan/fleetPlan";
import { openControl } from "../../fleet/queue/controlDatabase";
import { NO_RECORDS, readRecords } from "../../fleet/rollout/records";
import type { Io } from "../commandIo";
import { endWith } from "../output/exitCodes";
import { writeSchema } from "../output/writeSchema";
import {
  addModeOption,
  addPrintingOptions,
  knownControlUrl,
  type ModeOptions,
  modeOf,
} from "./fleetOptions";

const EXAMPLES = `
Examples:
  $ pgindex fleet plan
  $ pgindex fleet plan --file shards.yaml --json | jq '.targets[] | select(.problem)'

Connects to every target and changes nothing. The exit code is 2 if a target is away, is the same
database as another one, or would be refused.
`;

/** What `pgindex fleet plan --json` prints. */
const printedPlan = z.object({
  schemaVersion: z.literal(1),
  fleet: z.string(),
  mode: z.enum(["engine", "stack"]),
  opensAt: z.iso.datetime().nullable().describe("when the first build may begin; null: at once"),
  targets: z.array(
    z.object({
      name: z.string(),
      wave: z.string(),
      server: z.string(),
      database: z.string().nullable(),
      labels: z.record(z.string(), z.string()),
      builds: z.int().describe("how many indexes would be built"),
      problem: z.string().nullable(),
    }),
  ),
});

interface PlanOptions extends ModeOptions {
  readonly jsonSchema?: boolean;
}

export function addPlan(fleet: Command, io: Io): void {
  const command = fleet
    .command("plan")
    .description("show the targets in their waves, and what is wrong with them")
    .addHelpText("after", EXAMPLES);
  addModeOption(addPrintingOptions(command)).action(async (options: PlanOptions) => {
    if (options.jsonSchema) return writeSchema(printedPlan, io);
    const plan = await readPlan(options, io);
    const shown = toPrinted(plan);
    io.stdout(options.json ? `${JSON.stringify(shown, null, 2)}\n` : renderPlan(plan, shown));
    if (problemsOf(plan).length > 0) endWith("found", "fleet");
  });
}

/** Without a control database nothing is known of earlier rollouts. */
async function readPlan(options: PlanOptions, io: Io): Promise<FleetPlan> {
  const file = await readFleetFile(resolve(options.file));
  const url = await knownControlUrl(options, io);
  const planning = { file, mode: modeOf(options, file), env: io.env };
  if (!url) return planFleet({ ...planning, records: NO_RECORDS });
  const control = await openControl(url);
  try {
    const records = await readRecords(control.query, file.fleet.name);
    return await planFleet({ ...planning, records });
  } finally {
    await control.close();
  }
}

type Printed = z.infer<typeof printedPlan>;

function toPrinted({ fleet, mode, waves, opensAt }: FleetPlan): Printed {
  const targets = waves.flatMap(({ name: wave, targets: of }) =>
    of.map(({ target, server, identity, builds, problem }) => ({
      name: target.name,
      wave,
      server,
      database: identity?.name ?? null,
      labels: target.labels,
      builds,
      problem: problem ?? null,
    })),
  );
  return { schemaVersion: 1, fleet, mode, opensAt, targets };
}

function renderPlan({ waves, opensAt }: FleetPlan, { targets }: Printed): string {
  const table = new Table({
    head: ["wave", "target", "server", "database", "builds"],
    style: { head: [], border: [] },
  });
  for (const { wave, name, server, database, builds } of targets)
    table.push([wave, name, server, database ?? "", String(builds)].map(oneLine));
  const sizes = waves.map(({ name, targets: of }) => `${name}: ${of.length}`).join(", ");
  const problems = targets.flatMap(({ name, problem }) =>
    problem === null ? [] : [`PROBLEM  ${name}: ${problem}`],
  );
  const opens = opensAt === null ? [] : [`The first build may begin at ${opensAt}.`];
  return `${[table.toString(), `${targets.length} targets (${sizes})`, ...opens, ...problems].join("\n")}\n`;
}
