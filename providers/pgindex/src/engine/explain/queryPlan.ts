import type { IndexTree } from "../catalog/indexTree";
import { maskConstants } from "../text/maskStatement";
import { type PlanNode, scanNode } from "./explain";

/**
 * A plan node as it is kept. Plain JSON without constants: a plan's constants are values of rows
 * that were substituted for the parameters.
 */
export interface KeptNode {
  /** Levels below the root; 0 for the root. */
  readonly depth: number;
  /** As in EXPLAIN's text format: "Parallel Seq Scan", "Hash Left Join". */
  readonly node: string;
  /** The table that a scan reads. */
  readonly relation?: string;
  /** The query's alias for the relation, if it differs; conditions use it. */
  readonly alias?: string;
  /** The index that an index scan reads. */
  readonly index?: string;
  /** Conditions and sort keys, as EXPLAIN labels them: "Index Cond: (t.a = '…'::uuid)". */
  readonly conditions?: readonly string[];
  /** Rows the planner expects from each loop. */
  readonly plannedRows: number;
  /** Rows returned by each loop, on average; absent if the plan did not run to its end. */
  readonly rows?: number;
  /** Rows that each loop read and discarded, on average. */
  readonly removed?: number;
  /** How often the node ran, including parallel workers; absent for once, 0 for never. */
  readonly loops?: number;
}

/** A query's plan as it is kept. Small, because it is stored in the state. */
export interface QueryPlan {
  /** The query's name. */
  readonly name: string;
  /** In EXPLAIN's order. */
  readonly nodes: readonly KeptNode[];
  /** Number of nodes left out of a large plan. */
  readonly leftOut?: number;
}

/** A kept plan without its query's name. */
export type PlanTree = Omit<QueryPlan, "name">;

export const MAX_NODES = 12;
/** Maximum size of a plan as JSON in UTF-8. */
export const MAX_BYTES = 1_200;
const MAX_CONDITION = 140;
/** Maximum length that is read of a condition, which can list many constants. */
const MAX_READ = 10_000;

const CONDITIONS = [
  "Index Cond",
  "Recheck Cond",
  "TID Cond",
  "Order By",
  "Hash Cond",
  "Merge Cond",
  "Join Filter",
  "Filter",
  "One-Time Filter",
  "Sort Key",
  "Group Key",
] as const;

const REMOVED = ["Rows Removed by Filter", "Rows Removed by Join Filter"] as const;

/**
 * Reduces a plan to what is kept. If it is too large, nodes are left out; the scan of the index's
 * table and its ancestors go last. Pure.
 *
 * @example toPlanTree(plan, index).nodes[1]
 * // {
 * //   depth: 1, node: "Seq Scan", relation: "users",
 * //   conditions: ["Filter: (users.email = '…'::text)"],
 * //   plannedRows: 5, rows: 1, removed: 99999,
 * // }
 */
export function toPlanTree(plan: PlanNode, index: IndexTree): PlanTree {
  const places = placesOf(plan);
  const scanned = scanNode(plan, index);
  const path = pathTo(places.find(({ raw }) => raw === scanned));
  const kept = new Map<Place, KeptNode>();
  let bytes = 0;
  const keep = (place: Place) => {
    if (kept.has(place) || kept.size >= MAX_NODES) return;
    const node = toKept(place);
    const size = Buffer.byteLength(JSON.stringify(node));
    if (kept.size > 0 && bytes + size > MAX_BYTES) return;
    bytes += size;
    kept.set(place, node);
  };
  path.forEach(keep);
  for (const place of places) if (!place.parent || kept.has(place.parent)) keep(place);
  const nodes = places.flatMap((place) => kept.get(place) ?? []);
  const leftOut = places.length - nodes.length;
  return { nodes, ...(leftOut > 0 && { leftOut }) };
}

/** The path from a place up to the root. */
function pathTo(place: Place | undefined): Place[] {
  return place ? [place, ...pathTo(place.parent)] : [];
}

interface Place {
  readonly raw: PlanNode;
  readonly depth: number;
  readonly parent?: Place;
}

function placesOf(raw: PlanNode, parent?: Place): Place[] {
  const place: Place = { raw, depth: parent ? parent.depth + 1 : 0, parent };
  return [place, ...(raw.Plans ?? []).flatMap((child) => placesOf(child, place))];
}

function toKept({ raw, depth }: Place): KeptNode {
  const { "Relation Name": relation, Alias: alias, "Actual Loops": loops } = raw;
  const conditions = CONDITIONS.flatMap((label) => condition(label, raw[label]));
  const removed = REMOVED.reduce((sum, label) => sum + (raw[label] ?? 0), 0);
  return {
    depth,
    node: nodeName(raw),
    ...(relation !== undefined && { relation }),
    ...(alias !== undefined && alias !== relation && { alias }),
    ...(raw["Index Name"] !== undefined && { index: raw["Index Name"] }),
    ...(conditions.length > 0 && { conditions }),
    plannedRows: raw["Plan Rows"] ?? 0,
    ...(raw["Actual Rows"] !== undefined && { rows: raw["Actual Rows"] }),
    ...(removed > 0 && { removed }),
    ...(loops !== undefined && loops !== 1 && { loops }),
  };
}

/**
 * Masks the constants of a condition, then truncates it. The planner substitutes a value for each
 * parameter and often adds constants of its own.
 */
function condition(label: string, value: string | readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  const text = typeof value === "string" ? value : value.join(", ");
  const masked = maskConstants(text.slice(0, MAX_READ));
  const shown = masked.length > MAX_CONDITION ? `${masked.slice(0, MAX_CONDITION - 1)}…` : masked;
  return [`${label}: ${shown}`];
}

const AGGREGATES: Readonly<Record<string, string>> = {
  Sorted: "GroupAggregate",
  Hashed: "HashAggregate",
  Mixed: "MixedAggregate",
};

/** Builds the name of the text format; EXPLAIN's JSON has each part in a separate field. */
function nodeName(raw: PlanNode): string {
  const type = raw["Node Type"];
  const join = raw["Join Type"];
  const partial = raw["Partial Mode"];
  let name = type;
  if (type === "Aggregate") name = AGGREGATES[String(raw.Strategy)] ?? type;
  if (join !== undefined && join !== "Inner") name = `${type.replace(/ Join$/, "")} ${join} Join`;
  if (raw["Scan Direction"] === "Backward") name = `${name} Backward`;
  if (partial !== undefined && partial !== "Simple") name = `${partial} ${name}`;
  return raw["Parallel Aware"] ? `Parallel ${name}` : name;
}
