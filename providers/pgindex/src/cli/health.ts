import { createServer, type Server } from "node:http";
import { type Command, InvalidArgumentError } from "commander";
import { firstLine, PgIndexError } from "../engine/errors/advice";
import { endpointOf, type MigrationHealthEndpoint } from "../health/healthEndpoint";
import { HealthProbe } from "../health/healthProbe";
import { healthSettings } from "../health/options";
import { readStack } from "../status/stackExport";
import { cannotListenAdvice, unsetTokenAdvice } from "./cliMessages";
import { type Io, redact } from "./commandIo";
import { databaseFrom } from "./options/connectionOptions";
import { addRolloutOptions, type RolloutOptions, readEarlier } from "./options/rolloutOptions";
import { addStackOptions, type StackOptions } from "./options/stackOptions";
import { lookAt } from "./sayDatabase";

const PATH = "/api/admin/migration-health";
const REPORT = `${PATH}/report`;

const EXAMPLES = `
Examples:
  $ PGINDEX_HEALTH_TOKEN=$(openssl rand -hex 32) pgindex health
  $ pgindex health --state state.json --port 9000 --host 0.0.0.0
  $ curl -H "Authorization: Bearer $PGINDEX_HEALTH_TOKEN" http://127.0.0.1:8787/api/admin/migration-health

503 when an index is INVALID or missing, when there is none, or the database cannot be asked. It listens on the loopback interface unless told otherwise;
elsewhere put TLS in front of it. What the stack has declared is read once, at the start.

${REPORT} is the page of pgindex report, live. A browser asks for a name, which may be anything,
and a password: the token. The page needs two packages: npm install @observablehq/plot linkedom
`;

interface HealthOptions extends StackOptions, RolloutOptions {
  readonly port: number;
  readonly host: string;
  readonly tokenEnv: string;
  readonly cacheSeconds: number;
  readonly measureSeconds: number;
}

/** `pgindex health`: the endpoint as a server of its own. */
export function addHealth(program: Command, io: Io): void {
  const command = program
    .command("health")
    .description(`serve ${PATH}: are the indexes valid, used, and how fast`)
    .option("--port <port>", "the port to listen on", toNumber, 8787)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--token-env <name>", "the environment variable with the token", "PGINDEX_HEALTH_TOKEN")
    .option("--cache-seconds <n>", "ask the catalog at most so often", toNumber, 5)
    .option("--measure-seconds <n>", "measure queries at most so often; 0: never", toNumber, 300)
    .addHelpText("after", EXAMPLES);
  addStackOptions(addRolloutOptions(command)).action(async (options: HealthOptions) => {
    const health = await createEndpoint(options, io);
    const server = serve(health);
    await listen(server, options);
    const address = server.address();
    const port = typeof address === "object" ? address?.port : options.port;
    const url = `http://${options.host}:${port}`;
    io.stdout(`listening on ${url}${PATH}\nfor a browser: ${url}${REPORT}\n`);
    await sayWhich(options, io);
    await io.stopped?.();
    server.close();
    server.closeAllConnections();
    await health.close();
  });
}

/** A database that does not answer is what it is there to tell. */
async function sayWhich(options: HealthOptions, io: Io): Promise<void> {
  try {
    await lookAt(databaseFrom(options, io), "health", io, async () => undefined);
  } catch (error) {
    io.stderr(redact(`the database could not be looked at: ${firstLine(error)}\n`));
  }
}

function toNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is a whole number.");
  return Number(text);
}

async function createEndpoint(options: HealthOptions, io: Io): Promise<MigrationHealthEndpoint> {
  const token = io.env[options.tokenEnv];
  if (!token) throw new PgIndexError(unsetTokenAdvice(options.tokenEnv));
  const { soak } = options;
  const settings = healthSettings({ ...options, soak: soak.text, token });
  const state = await readStack(options, io.env);
  const earlier = await readEarlier(options, io);
  const look = new HealthProbe(databaseFrom(options, io), state, settings);
  return endpointOf(look, settings, { earlier, soak });
}

function serve(health: MigrationHealthEndpoint): Server {
  return createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === PATH) return health.node(request, response);
    if (path === REPORT) return health.report.node(request, response);
    response.writeHead(404, { "content-type": "application/json" });
    response.end(`${JSON.stringify({ error: `there are only ${PATH} and ${REPORT}` })}\n`);
  });
}

function listen(server: Server, { port, host }: HealthOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new PgIndexError(cannotListenAdvice(`${host}:${port}`, error), { cause: error })),
    );
    server.listen(port, host, resolve);
  });
}
