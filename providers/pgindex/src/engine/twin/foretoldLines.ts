import { displayName, renderBytes } from "../text/render";
import type { Foretold, ForetoldQuery, PlanSummary } from "./foretell";
import type { HypotheticalPlan } from "./production/hypotheticalPlan";
import type { Redundant } from "./twinPlans";

/** What a preview says of the plans: a line for each query, the size, and how sure it is. */
export function foretoldLines({ queries, bytes, redundant, sureness }: Foretold): string[] {
  const { isSure, doubts } = sureness;
  const sure = isSure
    ? "foretold on an empty copy, which plans these queries today as the server does"
    : "foretold on an empty copy, and not sure";
  return [
    ...queries.map(queryLine),
    ...redundant.map((index) => redundantLine(index, queries)),
    doubts.length > 0 ? `${sure}: ${doubts.join("; ")}` : sure,
    `the index will have about ${renderBytes(bytes)}`,
  ];
}

function queryLine(query: ForetoldQuery): string {
  const { name, unknown } = query;
  if (unknown !== undefined) return `plan of "${name}": could not look, because ${unknown}`;
  const { present, foretold, alike, hypothetical } = query;
  const [from, to] = [present, foretold].map(wayOf);
  const way = from === to ? `stays ${to}` : `${from} → ${to}`;
  const [same, of] = alike;
  const values = of > 1 ? `, for ${same} of ${of} sets of values` : "";
  const costs = `cost ${cost(present)} → ${cost(foretold)}`;
  const other = hypothetical ? hypotheticalText(foretold, hypothetical) : "";
  return `plan of "${name}": ${way}, ${costs}, ${count(foretold.rows)} rows${values}${other}`;
}

/** It knows no sizes of partial indexes and no levels, so that only what is used is compared. */
function hypotheticalText(foretold: PlanSummary, other: HypotheticalPlan): string {
  if (foretold.usesIndex === other.usesIndex && foretold.planType === other.planType)
    return "; HypoPG on the server agrees";
  const way = `${other.planType ?? "no scan"}${other.usesIndex ? " by the index" : ""}`;
  return `; HypoPG on the server disagrees: ${way}, cost ${cost(other)}`;
}

/** What a drop of the other index would do to these queries; others are not known. */
function redundantLine(index: Redundant, queries: readonly ForetoldQuery[]): string {
  const dearer = queries.flatMap((query) => {
    if (query.unknown !== undefined) return [];
    const { name, foretold, withoutRedundant: bare = foretold } = query;
    return bare.cost > foretold.cost * 1.1
      ? [`"${name}" would cost ${cost(foretold)} → ${cost(bare)}`]
      : [];
  });
  const then = dearer.length > 0 ? dearer.join(", ") : "these plans stay as cheap";
  const its = `${displayName(index)} (${renderBytes(index.bytes)})`;
  return `without ${its} too, whose keys begin the new index, ${then}`;
}

function wayOf({ planType, index }: PlanSummary): string {
  if (planType === null) return "does not read the table";
  return index === null ? planType : `${planType} by ${index}`;
}

const count = (rows: number) => Math.round(rows).toLocaleString("en-US");

function cost({ cost: of }: Pick<PlanSummary, "cost">): string {
  return of < 100 ? of.toFixed(2) : Math.round(of).toLocaleString("en-US");
}
