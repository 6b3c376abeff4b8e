// npm run bench -- health (--small: for a second): measures how many requests per second the health endpoint
// answers, and how often it reads the database meanwhile.
import { once } from "node:events";
import { Agent, createServer, get, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { createMigrationHealth } from "pulumi-pgindex/health";
import { startEmbedded } from "../tools/embeddedPostgres.ts";

const isSmall = process.argv.includes("--small");
const SECONDS = isSmall ? 1 : 10;
const CONNECTIONS = 20;
const TOKEN = "the-token-of-a-benchmark";

const STATE = {
  deployment: {
    resources: Array.from({ length: 25 }, (_, i) => ({
      urn: `urn:pulumi:bench::bench::pulumi-nodejs:pgindex:Index::i${i}`,
      type: "pulumi-nodejs:pgindex:Index",
      outputs: { schemaVersion: 1, schema: "public", name: `i${i}`, table: "t", canonical: {} },
    })),
  },
};

const server = await startEmbedded({ name: "bench-health" });
const client = new pg.Client({ connectionString: server.url });
await client.connect();
await client.query("CREATE TABLE t (a int)");
for (let i = 0; i < 25; i += 1) await client.query(`CREATE INDEX i${i} ON t (a)`);

const options = { state: STATE, token: TOKEN, databaseUrl: server.url, requestsPerSecond: 1e6 };
const health = createMigrationHealth(options);
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

const sessions = async () => {
  const { rows } = await client.query(
    "SELECT sessions::int FROM pg_stat_database WHERE datname = current_database()",
  );
  return rows[0].sessions;
};

const ask = (port: number) =>
  new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    get({ port, host: "127.0.0.1", agent, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
  });

async function hammer(what: string, answer: RequestListener): Promise<void> {
  const http = createServer(answer).listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const before = await sessions();
  const statuses = new Map<number, number>();
  const end = performance.now() + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        const status = await ask(port);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  const answered = [...statuses.values()].reduce((sum, n) => sum + n, 0);
  const rate = Math.round(answered / SECONDS);
  const reads = (await sessions()) - before;
  console.log(`${what}: answers by status ${JSON.stringify(Object.fromEntries(statuses))}`);
  console.log(`${what}: ${rate} requests a second over ${CONNECTIONS} connections`);
  console.log(`${what}: ${reads} reads of the database in ${SECONDS} s`);
  http.close();
  http.closeAllConnections();
}

await hammer("JSON", health.node);
await hammer("report", health.report.node);
agent.destroy();
await health.close();
await client.end();
await server.stop();
