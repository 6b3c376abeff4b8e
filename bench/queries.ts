// npm run bench -- queries: the three queries of Phase 3 before and after its indexes, at the sizes
// of the guide and ten times them, with the planner's default settings and the demonstration's.
//
//   --times 1,10   how many times the sizes of the guide
//   --runs 5       how often each query runs with each of its values
//   --small        a hundredth of the sizes: to see that it works
import { parseArgs } from "node:util";
import pg from "pg";
import { fill, migrate } from "../demo/demoData.ts";
import { SIZES } from "../demo/demoDatabase.ts";
import { SETTINGS } from "../demo/demoServers.ts";
import { indexes } from "../stacks/phase3.ts";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { ours } from "./support/ours.ts";
import { publish, shown } from "./support/published.ts";
import { spreadOf } from "./support/results.ts";

const { values: options } = parseArgs({
  options: {
    times: { type: "string", default: "1,10" },
    runs: { type: "string", default: "5" },
    small: { type: "boolean", default: false },
  },
});
const sizes = options.small ? [0.01] : options.times.split(",").map(Number);
const runs = options.small ? 1 : Number(options.runs);
const PLANNERS: Readonly<Record<string, readonly string[]>> = {
  "the server's defaults": ["SET random_page_cost = 4"],
  "the demonstration's": [`SET random_page_cost = ${SETTINGS.random_page_cost}`],
};

interface Measured {
  readonly planner: string;
  readonly query: string;
  readonly plan: string;
  readonly ms: readonly number[];
}

async function measure(client: pg.Client): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const [planner, settings] of Object.entries(PLANNERS)) {
    for (const sql of settings) await client.query(sql);
    for (const { name, sql, sample } of queries) {
      const { rows } = await client.query({ text: sample, rowMode: "array" });
      const ms: number[] = [];
      for (const values of rows) {
        // The first finds its pages on disk.
        await client.query(sql, values);
        for (let run = 1; run <= runs; run += 1) {
          const began = performance.now();
          await client.query(sql, values);
          ms.push(performance.now() - began);
        }
      }
      const explained = await client.query(`EXPLAIN (FORMAT JSON) ${sql}`, rows[0]);
      const plan = readers(explained.rows[0]["QUERY PLAN"][0].Plan).join(", ");
      measured.push({ planner, query: name, plan, ms });
    }
  }
  return measured;
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

/** How the plan reads each table. */
function readers(node: PlanNode): string[] {
  const own = node["Relation Name"] === undefined ? [] : [node["Node Type"]];
  return [...own, ...(node.Plans ?? []).flatMap(readers)];
}

const queries = Object.values(indexes).flatMap(({ serves }) =>
  serves.map(({ name, sql, sample }) => ({ name, sql, sample: String(sample) })),
);
const versions = { postgres: "" };
const figures: { size: string; before: Measured[]; after: Measured[] }[] = [];
for (const times of sizes) {
  const { states, messages } = SIZES.production;
  const size = { states: states * times, messages: messages * times };
  const server = await startEmbedded({
    name: "bench-queries",
    settings: { ...SETTINGS, max_wal_size: "8GB" },
  });
  try {
    await migrate(server.url);
    await fill(server.url, size, (line) => console.log(`  ${line}`));
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const before = await measure(client);
    for (const { serves: _, ...index } of Object.values(indexes)) await ours(server.url, index);
    const after = await measure(client);
    await client.end();
    const count = (figure: number) => figure.toLocaleString("en-US");
    const title = `${count(size.states)} and ${count(size.messages)}`;
    figures.push({ size: title, before, after });
    versions.postgres = server.version;
  } finally {
    await server.stop();
  }
}

publish("queries", versions, options.small, {
  title: "The queries of Phase 3, in ms",
  head: [
    "states and messages",
    "planner",
    "query",
    "before",
    "plan",
    "after",
    "plan",
    "times faster",
  ],
  rows: figures.flatMap(({ size, before, after }) =>
    before.map((was, i) => {
      const is = after[i] as Measured;
      const [then, now] = [spreadOf(was.ms), spreadOf(is.ms)];
      const ratio = then.median / now.median;
      return [
        ...[size, was.planner, was.query, shown(then), was.plan, shown(now), is.plan],
        shown(spreadOf([ratio])),
      ];
    }),
  ),
  figures,
});
