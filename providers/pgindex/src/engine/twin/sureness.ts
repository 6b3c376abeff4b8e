import type { PlanNode } from "../explain/planNode";
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
  const major = Math.floor(production.database.version / 10_000);
  const doubts = [
    ...unlikeToday(present, predicted),
    ...(major === twin.major ? [] : [say.otherMajor(major, twin.major)]),
    ...staleStatistics(production),
    ...hiddenStatistics(production),
    ...(production.extended.length > 0 ? [say.extended(production.extended)] : []),
    ...(predicted.unknownExpressions.length > 0
      ? [say.bareExpressions(predicted.unknownExpressions)]
      : []),
    ...(present.isSecured ? [say.secured()] : []),
    ...(production.database.blockSize === 8192 ? [] : [say.otherBlocks()]),
    ...(predicted.missing.length > 0 ? [say.missing(predicted.missing)] : []),
    ...predicted.remarks,
  ];
  // Another major alone has planned all of the corpus alike.
  const serious = doubts.filter((doubt) => doubt !== say.otherMajor(major, twin.major));
  return { isSure: serious.length === 0, doubts };
}

const COST_WITHIN = 0.05;

/** The test of the twin: does it plan as the server does what both can plan? */
function unlikeToday(present: Present, { queries }: Predicted): string[] {
  const plans = present.queries.flatMap((query) =>
    query.plans.map((plan) => ({ ...plan, name: query.name })),
  );
  const names = plans.flatMap(({ name, plan }, i) => {
    const twins = queries[i];
    if (!twins || twins.failure !== undefined) return [];
    return isAlike(plan, twins.before) ? [] : [name];
  });
  return names.length > 0 ? [say.unlikeToday([...new Set(names)])] : [];
}

function isAlike(one: PlanNode, other: PlanNode): boolean {
  const costs = [one, other].map((plan) => plan["Total Cost"] ?? 0) as [number, number];
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

const filled = ({ relations }: Production) =>
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
function hiddenStatistics(production: Production): string[] {
  const hidden = filled(production).filter(
    (table) => !isNeverAnalyzed(table, production) && !hasStatistics(table, production),
  );
  return hidden.length > 0 ? [say.hidden(hidden.map(displayName))] : [];
}
