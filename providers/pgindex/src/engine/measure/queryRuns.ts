import type { ActingAs } from "../application/actingAs";
import type { IndexTree } from "../catalog/indexTree";
import {
  type Analyzed,
  type Explained,
  type PlanNode,
  type Run,
  runOf,
  type Scan,
  scanOf,
  workerScans,
} from "../explain/explain";
import { assertMayGoOn, type Context } from "../operation/context";
import { runBounded } from "../scans/boundedTransaction";
import { chargeTable } from "../scans/scanLedger";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { sampleTimedOut } from "./measureMessages";
import type { ParameterValue, ParsedQuery } from "./servedQueries";

/** Shared by all statements of one measurement. */
export interface Bench {
  readonly session: Session;
  readonly index: IndexTree;
  readonly ctx: Context;
  readonly acting: ActingAs;
  /** The server counts the session's scans. */
  readonly isCounted: boolean;
  readonly tally: Tally;
}

/** Index scans that a measurement has caused so far. */
export interface Tally {
  scans: number;
  /** False if there may have been more. */
  isExact: boolean;
  /** False if the ledger lacks some of them. */
  isCharged: boolean;
}

/** The parameter values: one set per run, used in turn. */
export async function valueSets(
  bench: Bench,
  query: ParsedQuery,
): Promise<readonly (readonly ParameterValue[])[]> {
  if (!query.sample) return [query.values ?? []];
  bench.ctx.status(`measuring "${query.name}": finding values`);
  const statement = sampleStatement(query, query.sample);
  const rows = await bounded(bench, query, async () => {
    // Scans by parallel workers would not be attributed to us.
    await set(bench.session, "max_parallel_workers_per_gather", "0");
    return bench.session.query<Record<string, string | null>>(statement);
  });
  if (!rows) throw sampleTimedOut(query, bench.index);
  return rows.map((row) => Object.values(row));
}

function placeholders({ parameters }: ParsedQuery): string[] {
  return Array.from({ length: parameters }, (_, i) => `$${i + 1}`);
}

/**
 * Selects the values as text, which PostgreSQL reads back unchanged for any type. node-postgres
 * would truncate microseconds.
 *
 * @example
 * // SELECT s."$1"::text AS "$1" FROM (
 * // SELECT email FROM users
 * // ) AS s ("$1") LIMIT 5
 */
export function sampleStatement(query: ParsedQuery, sample: string): string {
  const names = placeholders(query).map((name) => `"${name}"`);
  const list = names.map((name) => `s.${name}::text AS ${name}`).join(", ");
  return `SELECT ${list} FROM (\n${sample}\n) AS s (${names.join(", ")}) LIMIT ${query.runs}`;
}

/** Without per-node timing, which can double the duration of a scan of many rows. */
const ANALYZE = "EXPLAIN (ANALYZE, TIMING OFF, BUFFERS, VERBOSE, FORMAT JSON)";
const PLAN_ONLY = "EXPLAIN (VERBOSE, FORMAT JSON)";

async function explain<T extends Explained>(
  { session }: Bench,
  verb: string,
  query: ParsedQuery,
  values: readonly ParameterValue[],
): Promise<T> {
  const rows = await session.query<{ "QUERY PLAN": readonly T[] }>(`${verb} ${query.sql}`, values);
  return onlyRow(onlyRow(rows)["QUERY PLAN"]);
}

/** Runs the query once. Undefined if it exceeded the query's timeout. */
export async function runOnce(
  bench: Bench,
  query: ParsedQuery,
  values: readonly ParameterValue[],
): Promise<Run | undefined> {
  const explained = await bounded(bench, query, async () => {
    const analyzed = await explain<Analyzed>(bench, ANALYZE, query, values);
    if (bench.isCounted) await chargeWorkers(bench, analyzed.Plan);
    return analyzed;
  });
  if (!explained) {
    bench.tally.isExact = false;
    return undefined;
  }
  return runOf(explained, bench.index);
}

/** The leader's counter does not include its workers' scans. */
async function chargeWorkers({ session, index, tally }: Bench, plan: PlanNode): Promise<void> {
  for (const { schema, table, indexes, scans } of workerScans(plan)) {
    const isOurs = index.indexes.some(
      (each) => each.schema === schema && indexes.includes(each.name),
    );
    if (isOurs) tally.scans += scans;
    if (!(await chargeTable(session, { schema, table }, scans))) tally.isCharged = false;
  }
}

/** A plan that did not run. */
export interface Planned extends Scan {
  readonly plan: PlanNode;
}

/** Reads the plan without running it. Undefined if planning exceeded the query's timeout. */
export async function planOnly(
  bench: Bench,
  query: ParsedQuery,
  values: readonly ParameterValue[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Planned | undefined> {
  const explained = await bounded(bench, query, async () => {
    for (const [name, value] of Object.entries(settings)) await set(bench.session, name, value);
    return explain(bench, PLAN_ONLY, query, values);
  });
  return explained && { ...scanOf(explained.Plan, bench.index), plan: explained.Plan };
}

/**
 * Whether the planner would use the index with `enable_seqscan` off; null when it already uses it
 * or there is no index.
 */
export async function isUsable(
  bench: Bench,
  query: ParsedQuery,
  values: readonly ParameterValue[],
  measurement: { readonly usesIndex: boolean },
): Promise<boolean | null> {
  if (measurement.usesIndex || bench.index.indexes.length === 0) return null;
  const scan = await planOnly(bench, query, values, { enable_seqscan: "off" });
  return scan?.usesIndex ?? null;
}

async function set(session: Session, name: string, value: string): Promise<void> {
  await session.query("SELECT pg_catalog.set_config($1, $2, true)", [name, value]);
}

/** Runs what only plans, or only reads the catalog, under the query's timeout. */
export function boundedPlan<T>(
  bench: Bench,
  query: ParsedQuery,
  work: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  return bounded(bench, query, () => work(bench.session));
}

/** Undefined if one of its statements exceeded the query's timeout. */
async function bounded<T>(
  { session, index, ctx, isCounted, tally }: Bench,
  { timeoutMs }: Pick<ParsedQuery, "timeoutMs">,
  work: () => Promise<T>,
): Promise<T | undefined> {
  assertMayGoOn(ctx);
  const indexOids = index.indexes.map(({ oid }) => oid);
  const result = await runBounded(session, { timeoutMs, indexOids, isCounted }, work);
  tally.scans += result.scans;
  tally.isCharged &&= result.isCharged;
  return result.kind === "done" ? result.value : undefined;
}
