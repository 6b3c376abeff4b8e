import type { Command } from "commander";
import { readFleetFile } from "../../fleet/declare/fleetFile";
import { fleetHealth } from "../../fleet/health/fleetHealth";
import { FleetProbe } from "../../fleet/health/fleetProbe";
import { openControl } from "../../fleet/queue/controlDatabase";
import { toFleetPage } from "../../fleet/report/fleetPage";
import { lastReport } from "../../fleet/report/fleetReport";
import { handlersOf } from "../../health/healthEndpoint";
import { json, responders } from "../../health/healthResponder";
import { page } from "../../health/livePage";
import { healthSettings } from "../../health/options";
import type { Io } from "../commandIo";
import {
  addServingOptions,
  type ServingOptions,
  serve,
  tokenOf,
  toNumber,
} from "../options/servingOptions";
import { writeSchema } from "../output/writeSchema";
import { addFleetOptions, addSchemaOption, controlUrl, type FleetOptions } from "./fleetOptions";

const PATH = "/api/admin/fleet-health";
const REPORT = `${PATH}/report`;

const EXAMPLES = `
Examples:
  $ pgindex fleet health --port 9000    the token is in PGINDEX_HEALTH_TOKEN
  $ curl -H "Authorization: Bearer $PGINDEX_HEALTH_TOKEN" http://127.0.0.1:8787${PATH}

503, with the reasons, when a database has failed, has lost an index of the fleet or does not answer,
or when the control database does not. Every database is looked at, at most once in --cache-seconds.
It listens on the loopback interface unless told otherwise; elsewhere put TLS in front of it.

${REPORT} is the page of pgindex fleet report, live. A browser asks for a name, which may be
anything, and a password: the token.
`;

interface HealthOptions extends FleetOptions, ServingOptions {
  readonly cacheSeconds: number;
  readonly jsonSchema?: boolean;
}

export function addFleetHealth(fleet: Command, io: Io): void {
  const command = addServingOptions(fleet.command("health"))
    .description(`serve ${PATH}: has every database its indexes`)
    .option("--cache-seconds <n>", "look at the databases at most so often", toNumber, 60)
    .addHelpText("after", EXAMPLES);
  addSchemaOption(addFleetOptions(command)).action(async (options: HealthOptions) => {
    if (options.jsonSchema) return writeSchema(fleetHealth, io);
    const { cacheSeconds } = options;
    const settings = healthSettings({ cacheSeconds, token: tokenOf(options, io) });
    const file = await readFleetFile(options.file);
    const control = await openControl(await controlUrl(options, io));
    try {
      const probe = new FleetProbe({ control, file, env: io.env, cacheSeconds });
      const responderOf = responders(settings);
      const answer = async () => {
        const health = await probe.current();
        return json(health.status === "failing" ? 503 : 200, health);
      };
      const shown = async () => {
        const report = await lastReport(control, file.fleet.name).catch(() => undefined);
        return report
          ? page(200, toFleetPage(report))
          : json(503, { error: "there is no rollout" });
      };
      const health = handlersOf(responderOf("Bearer", answer));
      const report = handlersOf(responderOf("Basic", shown));
      const server = await serve({ [PATH]: health, [REPORT]: report }, options, io);
      await io.stopped?.();
      server.stop();
      await probe.idle();
    } finally {
      await control.close();
    }
  });
}
