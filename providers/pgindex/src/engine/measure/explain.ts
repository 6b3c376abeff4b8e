import type { IndexTree } from "../catalog/indexTree";

/**
 * Table scan nodes, as EXPLAIN names them.
 *
 * @see https://www.postgresql.org/docs/current/using-explain.html
 */
export const PLAN_TYPES = [
  "Index Scan",
  "Index Only Scan",
  "Bitmap Heap Scan",
  "Seq Scan",
  "Sample Scan",
  "Tid Scan",
  "Tid Range Scan",
  "Foreign Scan",
  "Custom Scan",
] as const;

/** How a plan reads a table. */
export type PlanType = (typeof PLAN_TYPES)[number];

/** The fields we read from a node of EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON). */
export interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly Alias?: string;
  /** The relation's schema; only with VERBOSE. */
  readonly Schema?: string;
  readonly "Index Name"?: string;
  readonly "Join Type"?: string;
  readonly "Scan Direction"?: string;
  readonly Strategy?: string;
  readonly "Partial Mode"?: string;
  readonly "Parallel Aware"?: boolean;
  readonly "Index Cond"?: string;
  readonly "Recheck Cond"?: string;
  /** A list from PostgreSQL 18 on when there is more than one condition. */
  readonly "TID Cond"?: string | readonly string[];
  readonly "Order By"?: string;
  readonly "Hash Cond"?: string;
  readonly "Merge Cond"?: string;
  readonly "Join Filter"?: string;
  readonly Filter?: string;
  readonly "One-Time Filter"?: string;
  readonly "Sort Key"?: readonly string[];
  readonly "Group Key"?: readonly string[];
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Join Filter"?: number;
  readonly "Plan Rows"?: number;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  /** Only with ANALYZE, and only if parallel workers took part. */
  readonly Workers?: readonly { readonly "Actual Loops": number }[];
  readonly Plans?: readonly PlanNode[];
}

/** The output of EXPLAIN (FORMAT JSON). */
export interface Explained {
  readonly Plan: PlanNode;
}

/** The output of EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON). */
export interface Analyzed {
  readonly Plan: PlanNode & {
    readonly "Actual Rows": number;
    readonly "Shared Hit Blocks": number;
    readonly "Shared Read Blocks": number;
  };
  /** Milliseconds, without planning. */
  readonly "Execution Time": number;
}

/** How a plan reads the index's table. */
export interface Scan {
  /** Null when the plan does not read the table. */
  readonly planType: string | null;
  /** The index that this scan uses, if any. */
  readonly index: string | null;
  readonly usesIndex: boolean;
}

/** One run of a query. */
export interface Run extends Scan {
  readonly executionMs: number;
  readonly rows: number;
  /** 8 kB pages found in shared buffers or read into them. */
  readonly buffers: number;
  readonly plan: PlanNode;
}

/** Describes how the plan reads the table, by the node that {@link scanNode} finds. */
export function scanOf(plan: PlanNode, index: IndexTree): Scan {
  const found = scanNode(plan, index);
  if (!found) return { planType: null, index: null, usesIndex: false };
  const isUsed = usesIndex(found, index);
  return {
    planType: found["Node Type"],
    index: isUsed ? index.name : (indexNames(found)[0] ?? null),
    usesIndex: isUsed,
  };
}

/**
 * Finds the scan of the index's table. With several, as for partitions, it prefers one that uses
 * the index, then the first in the plan: the planner may read small partitions without the index.
 */
export function scanNode(plan: PlanNode, index: IndexTree): PlanNode | undefined {
  const scans = nodesOf(plan).filter((node) => isScanOf(node, index));
  return scans.find((node) => usesIndex(node, index)) ?? scans[0];
}

/** Reads one EXPLAIN ANALYZE. The root's rows and buffers include everything below it. */
export function runOf(explained: Analyzed, index: IndexTree): Run {
  const { Plan: plan } = explained;
  return {
    ...scanOf(plan, index),
    executionMs: explained["Execution Time"],
    rows: plan["Actual Rows"],
    buffers: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
    plan,
  };
}

/**
 * Counts the index scans by parallel workers, which the leader's own counter does not include. From
 * PostgreSQL 18 on, the server counts some of them as one.
 */
export function workerScans(plan: PlanNode, index: IndexTree): number {
  return nodesOf(plan)
    .filter((node) => isScanOf(node, index))
    .flatMap((scan) => [scan, ...bitmapNodes(scan)].filter((node) => isIndexOf(node, scan, index)))
    .flatMap((node) => node.Workers ?? [])
    .reduce((sum, worker) => sum + worker["Actual Loops"], 0);
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function isScanOf(node: PlanNode, { tables }: IndexTree): boolean {
  return tables.some(
    ({ schema, name }) => node["Relation Name"] === name && node.Schema === schema,
  );
}

function usesIndex(scan: PlanNode, index: IndexTree): boolean {
  return [scan, ...bitmapNodes(scan)].some((node) => isIndexOf(node, scan, index));
}

/** Index names are unique in a schema, and an index is always in its table's. */
function isIndexOf(node: PlanNode, scan: PlanNode, { indexes }: IndexTree): boolean {
  return indexes.some(({ schema, name }) => node["Index Name"] === name && scan.Schema === schema);
}

function indexNames(scan: PlanNode): string[] {
  return [scan, ...bitmapNodes(scan)].flatMap((node) => node["Index Name"] ?? []);
}

/**
 * The bitmap nodes below a Bitmap Heap Scan, through BitmapAnd and BitmapOr. They name the index
 * but not its table.
 */
function bitmapNodes(scan: PlanNode): PlanNode[] {
  return (scan.Plans ?? [])
    .filter((child) => /^Bitmap(And|Or| Index Scan)$/.test(child["Node Type"]))
    .flatMap((child) => [child, ...bitmapNodes(child)]);
}
