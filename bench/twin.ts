// npm run bench -- twin: predicts the plans of a corpus in the twin, builds each index for real, and
// says how often shape, cost and size were right.
import "../test/support/engine/engineSources.ts";
import pg from "pg";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { CORPUS, type Case } from "./twin/corpus.ts";
import { TABLES } from "./twin/corpusTables.ts";

const engine = "../providers/pgindex/src/engine";
const { parseIndexArgs } = await import(`${engine}/declare/parseIndex.ts`);
const { cloneIndexStatement } = await import(`${engine}/declare/statement.ts`);
const { findTwinBinary } = await import(`${engine}/twin/server/twinBinary.ts`);
const { startTwinServer } = await import(`${engine}/twin/server/twinServer.ts`);
const { readProduction } = await import(`${engine}/twin/production/production.ts`);
const { predictPlans } = await import(`${engine}/twin/predictPlans.ts`);

const version = process.argv[2];
const only = process.argv[3];
const dev = process.env.TWIN_DEV;
const server = dev ? { url: dev, stop: async () => {} } : await startEmbedded({ name: "bench-twin", version, settings: { jit: "off" } });
const connect = async () => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return client;
};
const production = await connect();
const observer = await connect();
await observer.query("SET search_path = ''");
if (!dev) for (const sql of TABLES) await production.query(sql).catch((e) => { console.error(sql); throw e; });
const t0 = performance.now();
const twin = await startTwinServer(findTwinBinary());
console.log("twin started in", Math.round(performance.now() - t0), "ms");

interface Node { "Node Type": string; "Index Name"?: string; "Relation Name"?: string; "Total Cost": number; "Plan Rows": number; Plans?: Node[] }
const flat = (node: Node): string[] => [
  [node["Node Type"], node["Relation Name"], node["Index Name"]].filter(Boolean).join(" "),
  ...(node.Plans ?? []).flatMap(flat),
];
const explain = async (each: Case): Promise<Node> =>
  (await production.query({ text: `EXPLAIN (VERBOSE, FORMAT JSON) ${each.sql}`, values: [...(each.values ?? [])] }))
    .rows[0]["QUERY PLAN"][0].Plan;
const settings = async () => Object.fromEntries((await production.query(
  `SELECT name, setting FROM pg_settings WHERE category LIKE 'Query Tuning%' OR name ~ '^(work_mem|hash_mem_multiplier|max_parallel_workers.*|jit)$'`)).rows.map((r) => [r.name, r.setting]));

const groups = new Map<unknown, Case[]>();
for (const each of CORPUS) groups.set(each.index, [...(groups.get(each.index) ?? []), each]);
let [right, cheap, total, sized, sizes] = [0, 0, 0, 0, 0];
const say = (...a: unknown[]) => console.log(...a);
for (const [index, cases] of groups) {
  const kind = cases[0]!.kind;
  if (only && kind !== only) continue;
  const parsed = await parseIndexArgs(index);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const desired = parsed.value;
  const names = ["users", "messages", "readings", "bookings", "events"].filter((t) => t === desired.table || cases.some((c) => c.sql.includes(t)));
  const { rows } = await production.query("SELECT oid::int8::float8 AS oid FROM pg_class WHERE relname = ANY($1)", [names]);
  const t = performance.now();
  const reader = { query: async (sql: string, values: unknown[]) => (await observer.query(sql, values)).rows, serverVersion: Number((await observer.query("SHOW server_version_num")).rows[0].server_version_num) };
  const snapshot = await readProduction(reader, rows.map((r) => r.oid), []);
  const t1 = performance.now();
  const gucs = { ...(await settings()), search_path: "public" };
  const before = await Promise.all(cases.map(explain));
  const predicted = await predictPlans(twin, { production: snapshot, desired, queries: cases.map((c, i) => ({ name: String(i), sql: c.sql, values: c.values ?? [], settings: gucs })) });
  const t2 = performance.now();
  for (const m of [...predicted.missing, ...predicted.remarks]) say("   !", m);
  await production.query(cloneIndexStatement(desired, `public.${desired.table}`, desired.name));
  const real = Number((await production.query("SELECT sum(pg_relation_size(relid))/8192 AS p FROM (SELECT relid FROM pg_partition_tree($1::regclass) UNION SELECT $1::regclass) t", [desired.name])).rows[0].p);
  const fresh = await Promise.all(cases.map(explain));
  await production.query(`ANALYZE ${desired.table}`);
  const guessed = predicted.size.reduce((s: number, e: { pages: number }) => s + e.pages, 0);
  const sizeOk = Math.abs(guessed / real - 1) <= 0.3;
  sizes++; if (sizeOk) sized++;
  say(`${kind} ${desired.name}: ${sizeOk ? "" : "SIZE "}${guessed} pages, really ${real} (${(guessed / real).toFixed(2)}); read ${Math.round(t1 - t)} ms, twin ${Math.round(t2 - t1)} ms`);
  for (const [i, each] of cases.entries()) {
    const truth = await explain(each);
    const p = predicted.queries[i];
    total++;
    if ("failure" in p && p.failure) { say("   FAILED", each.sql, p.failure); continue; }
    const shapeOk = flat(p.after).join(" < ") === flat(truth).join(" < ");
    const ratio = p.after["Total Cost"] / truth["Total Cost"];
    const costOk = Math.abs(ratio - 1) <= 0.25;
    if (shapeOk) right++;
    if (costOk) cheap++;
    const b = before[i]!;
    const beforeOk = flat(p.before).join() === flat(b).join() && Math.abs(p.before["Total Cost"] / b["Total Cost"] - 1) < 0.01;
    if (!shapeOk || !costOk || !beforeOk || process.env.ALL) {
      say(`   ${shapeOk ? "" : "SHAPE "}${costOk ? "" : "COST "}${beforeOk ? "" : "BEFORE "}${each.sql}`);
      say(`      twin  ${flat(p.after).join(" < ")} cost ${p.after["Total Cost"]} rows ${p.after["Plan Rows"]}`);
      say(`      real  ${flat(truth).join(" < ")} cost ${truth["Total Cost"]} rows ${truth["Plan Rows"]}   fresh ${flat(fresh[i]!).join(" < ")} ${fresh[i]!["Total Cost"]}`);
      if (!beforeOk) { say(`      twin before ${flat(p.before).join(" < ")} cost ${p.before["Total Cost"]}`); say(`      real before ${flat(b).join(" < ")} cost ${b["Total Cost"]}`); }
    }
  }
  await production.query(`DROP INDEX ${desired.name}`);
}
say({ right, cheap, total, sized, sizes });
await production.end(); await observer.end(); await twin.stop(); await server.stop();
