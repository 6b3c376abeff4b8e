import type { IndexTree } from "../../catalog/indexTree";
import type { DesiredIndex } from "../../declare/desiredIndex";
import { PgIndexError } from "../../errors/advice";
import { sqlState } from "../../errors/sqlstate";
import type { PlanNode } from "../../explain/planNode";
import type { FunctionName } from "../../input/namesInQuery";
import { readSelect } from "../../input/readSelect";
import { byRole, prepareBench } from "../../measure/bench";
import { requireNoSideEffects } from "../../measure/calledFunctions";
import { type Bench, boundedPlan, planOnly, valueSets } from "../../measure/queryRuns";
import type { ParameterValue, ParsedQuery } from "../../measure/servedQueries";
import type { Context } from "../../operation/context";
import { inTurnToMeasure } from "../../operation/turns";
import type { Database } from "../../session/database";
import { onlyRow } from "../../session/query";
import { openSession, type Session } from "../../session/session";
import { ident, qualified } from "../../text/sql";
import { reasonOf } from "../twinMessages";
import { type HypotheticalPlan, hypopgSchema, hypotheticalPlan } from "./hypotheticalPlan";
import { readPlannerSettings } from "./plannerSettings";

/** A query with one set of values, and the plan that it has today. */
export interface PresentPlan {
  readonly sql: string;
  readonly values: readonly ParameterValue[];
  readonly settings: Readonly<Record<string, string>>;
  readonly plan: PlanNode;
}

export type PresentQuery = Planned | Unknown;

interface Planned {
  readonly name: string;
  /** One for each set of values. */
  readonly plans: readonly [PresentPlan, ...PresentPlan[]];
  /** What HypoPG foretells for the first set, where the server has it. */
  readonly hypothetical?: HypotheticalPlan;
  readonly unknown?: undefined;
}

export interface Unknown {
  readonly name: string;
  readonly plans?: undefined;
  /** Why it has no plan. */
  readonly unknown: string;
}

/** The plans that the server makes today, and what the twin has to have to make them. */
export interface Present {
  readonly queries: readonly PresentQuery[];
  readonly tree: IndexTree;
  /** OIDs of the tables and views that the queries and the index name. */
  readonly relations: readonly number[];
  readonly functions: readonly FunctionName[];
  readonly serverVersion: number;
  /** Row level security adds conditions to the plans of the queries. */
  readonly isSecured: boolean;
}

/** The index that is looked for in the plans. */
export type PlannedIndex = Pick<DesiredIndex, "schema" | "table" | "name" | "searchPath">;

export interface PresentRequest {
  readonly database: Database;
  readonly index: PlannedIndex;
  /** What is built. */
  readonly desired?: DesiredIndex;
  readonly queries: readonly ParsedQuery[];
  readonly ctx: Context;
}

const MOST_SETS = 3;
const WITHIN_MS = 5_000;

/** Asks the server for the plans, as the application's role; nothing but samples is run. */
export function presentPlans(request: PresentRequest): Promise<Present> {
  return inTurnToMeasure(request.database, request.ctx, () => readPresent(request));
}

async function readPresent({
  database,
  index,
  desired,
  queries,
  ctx,
}: PresentRequest): Promise<Present> {
  const found = new Map<ParsedQuery, PresentQuery>();
  const parts: Pick<Present, "tree" | "relations" | "serverVersion" | "isSecured">[] = [];
  for (const [role, theirs] of byRole(database, queries)) {
    const options = { purpose: `plan ${index.name}`, searchPath: index.searchPath };
    const session = await openSession(database, { ...options, writable: false });
    try {
      const tally = { scans: 0, isExact: true, isCharged: true };
      const bench = await prepareBench(session, index, role, { ctx, tally });
      const hypopg = desired && (await hypopgSchema(session));
      for (const query of theirs) {
        const planned = await planOrSay(bench, quick(query));
        found.set(query, planned);
        if (!hypopg || !planned.plans) continue;
        const [{ values }] = planned.plans;
        const index = { schema: hypopg, desired };
        const hypothetical = await hypotheticalPlan(bench, quick(query), values, index);
        found.set(query, { ...planned, ...(hypothetical && { hypothetical }) });
      }
      const relations = await relationsOf(session, index, theirs);
      parts.push({ tree: bench.index, ...relations, serverVersion: session.serverVersion });
    } finally {
      await session.close();
    }
  }
  const [first] = parts;
  if (!first) throw new Error("there are no queries to plan");
  return {
    ...first,
    queries: queries.flatMap((query) => found.get(query) ?? []),
    relations: [...new Set(parts.flatMap((each) => each.relations))],
    functions: functionsOf(desired ?? {}, queries),
    isSecured: parts.some((each) => each.isSecured),
  };
}

function quick(query: ParsedQuery): ParsedQuery {
  return { ...query, runs: MOST_SETS, timeoutMs: Math.min(query.timeoutMs, WITHIN_MS) };
}

async function planOrSay(bench: Bench, query: ParsedQuery): Promise<PresentQuery> {
  const { name, sql } = query;
  try {
    await requireNoSideEffects(bench.session, query, bench.index);
    const sets = await valueSets(bench, query);
    const settings = await boundedPlan(bench, query, readPlannerSettings);
    const plans: PresentPlan[] = [];
    for (const values of sets) {
      const plan = await planOnly(bench, query, values);
      if (!plan || !settings) return { name, unknown: "planning it takes too long" };
      plans.push({ sql, values, settings, plan: plan.plan });
    }
    const [first, ...others] = plans;
    if (!first) return { name, unknown: "there are no rows to sample" };
    return { name, plans: [first, ...others] };
  } catch (error) {
    if (!(error instanceof PgIndexError) && sqlState(error) === undefined) throw error;
    return { name, unknown: reasonOf(error) };
  }
}

const RELATIONS = `
SELECT coalesce(pg_catalog.jsonb_agg(c.oid::int8), '[]'::jsonb) AS relations,
       coalesce(pg_catalog.bool_or(pg_catalog.row_security_active(c.oid)), false) AS "isSecured"
  FROM pg_catalog.unnest($1::text[]) AS named
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(named)::oid`;

async function relationsOf(
  session: Session,
  { schema, table }: PlannedIndex,
  queries: readonly ParsedQuery[],
): Promise<Pick<Present, "relations" | "isSecured">> {
  const named = queries.flatMap(({ relations = [] }) =>
    relations.map((each) => (each.schema ? qualified(each.schema, each.name) : ident(each.name))),
  );
  const names = [...new Set([qualified(schema, table), ...named])];
  return onlyRow(await session.query(RELATIONS, [names]));
}

/** Those that the queries call, and those in the declaration's expressions. */
function functionsOf(
  { keys, predicate }: Partial<DesiredIndex>,
  queries: readonly ParsedQuery[],
): FunctionName[] {
  const expressions = [...(keys ?? []).map(({ expression }) => expression), predicate];
  const declared = expressions.flatMap((each) => (each === undefined ? [] : `SELECT (${each}\n)`));
  return [...queries.map(({ sql }) => sql), ...declared].flatMap((text) => {
    const read = readSelect(text);
    return read.kind === "ok" ? read.select.functions : [];
  });
}
