// node tools/run.mjs bench/health.ts: how many requests a second the health endpoint answers, and how often it asks the database meanwhile.
import { once } from "node:events";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { createMigrationHealth } from "pulumi-pgindex/health";
import { startEmbedded } from "../tools/embedded-postgres.ts";

const SECONDS = 10;
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
const http = createServer(health.node).listen(0, "127.0.0.1");
await once(http, "listening");
const { port } = http.address() as AddressInfo;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

const sessions = async () => {
  const { rows } = await client.query(
    "SELECT sessions::int FROM pg_stat_database WHERE datname = current_database()",
  );
  return rows[0].sessions;
};

const ask = () =>
  new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    get({ port, host: "127.0.0.1", agent, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
  });

const before = await sessions();
const statuses = new Map<number, number>();
const end = performance.now() + SECONDS * 1000;
await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => {
    while (performance.now() < end) {
      const status = await ask();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }),
);
const answered = [...statuses.values()].reduce((sum, n) => sum + n, 0);
console.log(`answers by status: ${JSON.stringify(Object.fromEntries(statuses))}`);
console.log(`${Math.round(answered / SECONDS)} requests a second over ${CONNECTIONS} connections`);
console.log(`${(await sessions()) - before} looks at the database in ${SECONDS} s`);
agent.destroy();
http.close();
await health.close();
await client.end();
await server.stop();
