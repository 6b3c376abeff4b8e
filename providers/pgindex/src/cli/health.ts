import type { Command } from "commander";
import { firstLine } from "../engine/errors/advice";
import type { Database } from "../engine/session/database";
import { endpointOf, type MigrationHealthEndpoint } from "../health/healthEndpoint";
import { HealthProbe } from "../health/healthProbe";
import { healthSettings } from "../health/options";
import { FollowedStack } from "../health/stackStateSource";
import { readStack, type StackSource } from "../status/stackExport";
import { type Io, redact } from "./commandIo";
import { findDatabase } from "./database/findDatabase";
import { lookAt } from "./database/sayDatabase";
import { addRolloutOptions, earlierSource, type RolloutOptions } from "./options/rolloutOptions";
import {
  addServingOptions,
  type ServingOptions,
  serve,
  tokenOf,
  toNumber,
} from "./options/servingOptions";
import { addStackOptions, type StackOptions } from "./options/stackOptions";

const PATH = "/api/admin/migration-health";
const REPORT = `${PATH}/report`;

const EXAMPLES = `
Examples:
  $ PGINDEX_HEALTH_TOKEN=$(openssl rand -hex 32) pgindex health
  $ pgindex health --state state.json --port 9000 --host 0.0.0.0
  $ curl -H "Authorization: Bearer $PGINDEX_HEALTH_TOKEN" http://127.0.0.1:8787/api/admin/migration-health

503 when an index is INVALID or missing, when there is none, or the database cannot be asked. It listens on the loopback interface unless told otherwise;
elsewhere put TLS in front of it. What the stack has declared is read afresh: a file with each look,
a stack of Pulumi's once a minute.

${REPORT} is the page of pgindex report, live. A browser asks for a name, which may be anything,
and a password: the token.
`;

interface HealthOptions extends StackOptions, RolloutOptions, ServingOptions {
  readonly cacheSeconds: number;
  readonly measureSeconds: number;
}

/** `pgindex health`: the endpoint as a server of its own. */
export function addHealth(program: Command, io: Io): void {
  const command = addServingOptions(program.command("health"))
    .description(`serve ${PATH}: are the indexes valid, used, and how fast`)
    .option("--cache-seconds <n>", "ask the catalog at most so often", toNumber, 5)
    .option("--measure-seconds <n>", "measure queries at most so often; 0: never", toNumber, 300)
    .addHelpText("after", EXAMPLES);
  addStackOptions(addRolloutOptions(command)).action(async (options: HealthOptions) => {
    const database = await findDatabase(options, io, "stack");
    const health = await createEndpoint(options, database, io);
    const server = await serve({ [PATH]: health, [REPORT]: health.report }, options, io);
    await sayWhich(database, io);
    await io.stopped?.();
    server.stop();
    await health.close();
  });
}

/** A database that does not answer is what it is there to tell. */
async function sayWhich(database: Database, io: Io): Promise<void> {
  try {
    await lookAt(database, "health", io, async () => undefined);
  } catch (error) {
    io.stderr(redact(`the database could not be looked at: ${firstLine(error)}\n`));
  }
}

async function createEndpoint(
  options: HealthOptions,
  database: Database,
  io: Io,
): Promise<MigrationHealthEndpoint> {
  const token = tokenOf(options, io);
  const { soak } = options;
  const settings = healthSettings({ ...options, soak: soak.text, token });
  const stack = await follow(options, io);
  const first = earlierSource(options);
  const earlier = first && (await follow(first, io));
  const look = new HealthProbe(database, stack, settings);
  return endpointOf(look, settings, { earlier, soak });
}

/** To ask Pulumi starts a process, and Pulumi Cloud counts requests. A file is read with each look. */
const STACK_SECONDS = 60;

async function follow(source: StackSource, io: Io): Promise<FollowedStack> {
  const read = () => readStack(source, io.env);
  return new FollowedStack(await read(), { read, seconds: source.state ? 0 : STACK_SECONDS });
}
