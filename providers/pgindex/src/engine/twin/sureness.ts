import { costOf, type PlanNode } from "../explain/planNode";
import { nodesOf } from "../explain/planWork";
import { displayName } from "../text/render";
import type { Predicted } from "./predictPlans";
import type { Present } from "./production/presentPlans";
import type { Production, Relation } from "./production/production";
import type { TwinServer } from "./server/twinServer";
import * as say from "./twinMessages";

/** How far a foretold plan can be trusted. */
export interface Sureness {
  /** The twin plans today's queries as the server does, and nothing speaks against it. */
  readonly isSure: boolean;
  /** What speaks against it. */
  readonly doubts: readonly string[];
}

interface Evidence {
  readonly production: Production;
  readonly present: Present;
  readonly predicted: Predicted;
  readonly twin: Pick<TwinServer, "major">;
}

export function surenessOf(evidence: Evidence): Sureness {
  const { production, present, predicted, twin } = evidence;
  const serious = [
    ...unlikeToday(present, predicted),
    ...lacksOf(production, predicted),
    ...(present.isSecured ? [say.secured()] : []),
  ];
  // Another major alone has planned all of the corpus alike.
  return {
    isSure: serious.length === 0,
    doubts: [...serious, ...otherMajor(production, twin)],
  };
}

/** What speaks against plans that are made on a copy of this database. */
export function doubtsOfCopy(
  production: Production,
  twin: Pick<TwinServer, "major">,
  lacks: Lacks,
): string[] {
  return [...lacksOf(production, lacks), ...otherMajor(production, twin)];
}

/** What the twin lacks, or does not know. */
export type Lacks = Pick<Predicted, "unknownExpressions" | "missing" | "remarks">;

function lacksOf(
  production: Production,
  { unknownExpressions, missing, remarks }: Lacks,
): string[] {
  return [
    ...staleStatistics(production),
    ...hiddenStatistics(production),
    ...(production.extended.length > 0 ? [say.extended(production.extended)] : []),
    ...(unknownExpressions.length > 0 ? [say.bareExpressions(unknownExpressions)] : []),
    ...(production.database.blockSize === 8192 ? [] : [say.otherBlocks()]),
    ...(missing.length > 0 ? [say.missing(missing)] : []),
    ...remarks,
  ];
}

function otherMajor({ database }: Production, twin: Pick<TwinServer, "major">): string[] {
  const major = Math.floor(database.version / 10_000);
  return major === twin.major ? [] : [say.otherMajor(major, twin.major)];
}

const COST_WITHIN = 0.05;

/** The test of the twin: does it plan as the server does what both can plan? */
function unlikeToday(present: Present, { queries }: Predicted): string[] {
  const plans = present.queries.flatMap((query) =>
    (query.plans ?? []).map((plan) => ({ ...plan, name: query.name })),
  );
  const names = plans.flatMap(({ name, plan }, i) => {
    const twins = queries[i];
    if (!twins || twins.failure !== undefined) return [];
    return isAlike(plan, twins.before) ? [] : [name];
  });
  return names.length > 0 ? [say.unlikeToday([...new Set(names)])] : [];
}

function isAlike(one: PlanNode, other: PlanNode): boolean {
  const costs = [one, other].map(costOf) as [number, number];
  return shapeOf(one) === shapeOf(other) && Math.abs(costs[0] - costs[1]) <= COST_WITHIN * costs[0];
}

function shapeOf(plan: PlanNode): string {
  const parts = nodesOf(plan).map((node) => [
    node["Node Type"],
    node["Relation Name"],
    node["Index Name"],
  ]);
  return JSON.stringify(parts);
}

const STALE_SHARE = 0.2;

function staleStatistics(production: Production): string[] {
  const tables = filled(production);
  const never = tables.filter((table) => isNeverAnalyzed(table, production));
  const stale = tables.filter(
    (table) =>
      !never.includes(table) && (table.modified ?? 0) > STALE_SHARE * Math.max(1, table.reltuples),
  );
  return [
    ...(never.length > 0 ? [say.neverAnalyzed(never.map(displayName))] : []),
    ...(stale.length > 0 ? [say.stale(stale.map(displayName))] : []),
  ];
}

export const filled = ({ relations }: Production) =>
  relations.filter(({ kind, pages }) => "rm".includes(kind) && pages !== 0);

/** Before 14, a table that nobody has looked at has no rows, rather than -1. */
function isNeverAnalyzed(table: Relation, production: Production): boolean {
  const { reltuples, relpages, analyzedAgo } = table;
  const isUnknown = reltuples < 0 || relpages === 0;
  return isUnknown || (analyzedAgo === null && !hasStatistics(table, production));
}

function hasStatistics({ schema, name }: Relation, { statistics }: Production): boolean {
  return statistics.some((each) => each.schemaname === schema && each.relname === name);
}

/** `pg_stats` shows a role only columns that it may read, and none below row level security. */
export function hiddenTables(production: Production): Relation[] {
  return filled(production).filter(
    (table) => !isNeverAnalyzed(table, production) && !hasStatistics(table, production),
  );
}

function hiddenStatistics(production: Production): string[] {
  const hidden = hiddenTables(production);
  return hidden.length > 0 ? [say.hidden(hidden.map(displayName))] : [];
}
