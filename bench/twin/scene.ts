import pg from "pg";
import { startEmbedded } from "../../tools/embeddedPostgres.ts";
import type { Case } from "./cases.ts";
import { TABLES } from "./corpusTables.ts";
import { compared, type Node, type Outcome, type SizeOutcome } from "./outcome.ts";

const engine = "../../providers/pgindex/src/engine";
const { parseIndexArgs } = await import(`${engine}/declare/parseIndex.ts`);
const { cloneIndexStatement } = await import(`${engine}/declare/statement.ts`);
const { findTwinBinary } = await import(`${engine}/twin/server/twinBinary.ts`);
const { startTwinServer } = await import(`${engine}/twin/server/twinServer.ts`);
const { readProduction } = await import(`${engine}/twin/production/production.ts`);
const { readPlannerSettings } = await import(`${engine}/twin/production/plannerSettings.ts`);
const { predictPlans } = await import(`${engine}/twin/predictPlans.ts`);

/** What was found of one index and its queries. */
interface Found {
  readonly outcomes: readonly Outcome[];
  readonly size: SizeOutcome;
  readonly milliseconds: number;
}

export interface Scene {
  readonly versions: Readonly<Record<string, string>>;
  /** How long the twin's server took to start. */
  readonly startMs: number;
  /** Foretells the plans of queries of one index, then builds it, and drops it again. */
  foretell(cases: readonly Case[]): Promise<Found>;
  stop(): Promise<void>;
}

/**
 * A filled database, and a server for its twins. `target` is a major version, or the URL of a
 * server, in which it makes a database; the newest version by default.
 */
export async function startScene(target: string | undefined): Promise<Scene> {
  const { url, end } = await startProduction(target);
  const connect = async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const client = await connect();
  const observer = await connect();
  await observer.query("SET search_path = ''");
  for (const sql of TABLES) await client.query(sql);
  const hypopg = await client.query("CREATE EXTENSION hypopg").then(
    () => true,
    () => false,
  );
  const { rows } = await client.query("SHOW server_version");
  const version = rows[0].server_version;
  const began = performance.now();
  const twin = await startTwinServer(findTwinBinary());
  const startMs = Math.round(performance.now() - began);
  return {
    versions: { postgres: version, twin: String(twin.major) },
    startMs,
    foretell: (cases) => foretell({ client, observer, twin, version, hypopg }, cases),
    stop: async () => {
      await Promise.all([client.end(), observer.end(), twin.stop()]);
      await end();
    },
  };
}

async function startProduction(
  target: string | undefined,
): Promise<{ url: string; end: () => Promise<void> }> {
  if (!target?.startsWith("postgres")) {
    const server = await startEmbedded({ name: "bench-twin", version: target });
    return { url: server.url, end: () => server.stop() };
  }
  const admin = new pg.Client({ connectionString: target });
  await admin.connect();
  await admin.query("CREATE DATABASE pgindex_bench");
  const url = Object.assign(new URL(target), { pathname: "/pgindex_bench" }).href;
  const end = async () => {
    await admin.query("DROP DATABASE pgindex_bench WITH (FORCE)");
    await admin.end();
  };
  return { url, end };
}

interface Parts {
  readonly client: pg.Client;
  readonly observer: pg.Client;
  readonly twin: { stop(): Promise<void> };
  readonly version: string;
  readonly hypopg: boolean;
}

async function foretell(
  { client, observer, twin, version, hypopg }: Parts,
  cases: readonly Case[],
): Promise<Found> {
  const [first] = cases;
  if (!first) throw new Error("an index without queries");
  const parsed = await parseIndexArgs(first.index);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const desired = parsed.value;
  const began = performance.now();
  await observer.query("BEGIN READ ONLY");
  const production = await readProduction(
    readerOf(observer, version),
    await tablesOf(client, cases),
    [],
  );
  await observer.query("ROLLBACK");
  const settings = await readPlannerSettings(readerOf(client, version));
  const queries = cases.map(({ sql, values = [] }) => ({
    sql,
    values,
    settings,
  }));
  const predicted = await predictPlans(twin, { production, desired, queries });
  const milliseconds = Math.round(performance.now() - began);
  for (const line of [...predicted.missing, ...predicted.remarks]) console.log(`! ${line}`);
  const statement = cloneIndexStatement(desired, `public.${desired.table}`, desired.name);
  const other = hypopg ? await hypothetical(client, statement, cases) : [];
  await client.query(statement);
  // As pgindex does where a key is an expression: there are no statistics of it before.
  if (desired.keys.some(({ expression }: { expression?: string }) => expression !== undefined))
    await client.query(`ANALYZE ${desired.table}`);
  const real = await explainAll(client, cases);
  await client.query(`ANALYZE ${desired.table}`);
  const later = await explainAll(client, cases);
  const realPages = await pagesOf(client, desired.name);
  await client.query(`DROP INDEX ${desired.name}`);
  const of = { kind: first.kind, index: desired.name };
  const outcomes = cases.map(({ sql }, i) => {
    const { after, failure } = predicted.queries[i];
    if (failure) console.log(`! ${sql}: ${failure}`);
    const plans = { foretold: after, real: real[i] as Node, later: later[i] as Node };
    return compared({ ...of, sql }, { ...plans, hypothetical: other[i] });
  });
  const foretoldPages = predicted.size.reduce(
    (sum: number, { pages }: { pages: number }) => sum + pages,
    0,
  );
  const size = { ...of, foretoldPages, realPages, ratio: foretoldPages / realPages };
  return { outcomes, size, milliseconds };
}

/** As the engine's sessions answer. */
function readerOf(client: pg.Client, version: string) {
  const [major = "18", minor = "0"] = version.split(".");
  return {
    serverVersion: Number(major) * 10_000 + Number(minor),
    query: async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows,
  };
}

const NAMES = ["users", "messages", "readings", "bookings", "events"];

async function tablesOf(client: pg.Client, cases: readonly Case[]): Promise<number[]> {
  const named = NAMES.filter((name) =>
    cases.some(({ sql, index }) => sql.includes(name) || index.table === name),
  );
  const { rows } = await client.query(
    "SELECT oid::int8::float8 AS oid FROM pg_class WHERE relname = ANY ($1)",
    [named],
  );
  return rows.map(({ oid }) => oid);
}

async function explainAll(client: pg.Client, cases: readonly Case[]): Promise<Node[]> {
  const plans: Node[] = [];
  for (const { sql, values = [] } of cases) {
    const query = { text: `EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`, values: [...values] };
    const { rows } = await client.query(query);
    plans.push(rows[0]["QUERY PLAN"][0].Plan);
  }
  return plans;
}

/** What HypoPG foretells; nothing of an index whose kind it does not know. */
async function hypothetical(
  client: pg.Client,
  statement: string,
  cases: readonly Case[],
): Promise<Node[]> {
  try {
    await client.query("SELECT hypopg_create_index($1)", [statement]);
    return await explainAll(client, cases);
  } catch {
    return [];
  } finally {
    await client.query("SELECT hypopg_reset()");
  }
}

async function pagesOf(client: pg.Client, index: string): Promise<number> {
  const { rows } = await client.query(
    `SELECT (pg_relation_size($1::regclass) / 8192
             + coalesce((SELECT sum(pg_relation_size(relid)) / 8192
                           FROM pg_partition_tree($1::regclass) WHERE level > 0), 0))::float8 AS pages`,
    [index],
  );
  return rows[0].pages;
}
