import type { IndexTree } from "../catalog/indexTree";
import type { PlanNode } from "./planNode";
import { bitmapNodes, didTheWork, indexWork, isIndexOf, nodesOf } from "./planWork";

export type { PlanNode } from "./planNode";

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
  /** Whether the index does most of the reading of its table. */
  readonly usesIndex: boolean;
  /** How much of the reading it does, from 0 to 1; null if the table is not read. */
  readonly indexShare?: number | null;
  /** Rows that the index returned; null if the plan did not run. */
  readonly indexRows?: number | null;
  /** True if the plan ran and never got to the table. */
  readonly neverRan?: boolean;
}

/** One run of a query. */
export interface Run extends Scan {
  readonly executionMs: number;
  readonly rows: number;
  /** 8 kB pages found in shared buffers or read into them. */
  readonly buffers: number;
  readonly plan: PlanNode;
}

/** Describes how the plan reads the table, by the scan that did most of it. */
export function scanOf(plan: PlanNode, index: IndexTree): Scan {
  const work = indexWork(plan, index);
  const { scan, share, rows } = work;
  if (!scan) return { planType: null, index: null, usesIndex: false };
  const isUsed = didTheWork(work);
  return {
    planType: scan.node["Node Type"],
    index: isUsed ? index.name : (otherIndex(scan.node, index) ?? null),
    usesIndex: isUsed,
    indexShare: share,
    indexRows: rows,
    ...(!work.hasRun && { neverRan: true }),
  };
}

/** The index of a scan that is not ours; ours is said only where it did the work. */
function otherIndex(scan: PlanNode, index: IndexTree): string | undefined {
  const others = [scan, ...bitmapNodes(scan)].filter((node) => !isIndexOf(node, scan, index));
  return others.flatMap((node) => node["Index Name"] ?? [])[0];
}

/** Finds the scan that did most of the reading of the index's table. */
export function scanNode(plan: PlanNode, index: IndexTree): PlanNode | undefined {
  return indexWork(plan, index).scan?.node;
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

/** Scans of one table's indexes by parallel workers. */
export interface WorkerScans {
  readonly schema: string;
  readonly table: string;
  readonly indexes: readonly string[];
  readonly scans: number;
}

/**
 * The index scans by parallel workers, which the leader's own counter does not include. From
 * PostgreSQL 18 on, the server counts some of them as one.
 */
export function workerScans(plan: PlanNode): WorkerScans[] {
  return nodesOf(plan).flatMap((scan) => {
    const { "Relation Name": table, Schema: schema } = scan;
    const nodes = [scan, ...bitmapNodes(scan)].filter((node) => node["Index Name"] !== undefined);
    const scans = nodes
      .flatMap((node) => node.Workers ?? [])
      .reduce((sum, worker) => sum + worker["Actual Loops"], 0);
    if (table === undefined || schema === undefined || scans === 0) return [];
    return [{ schema, table, indexes: indexNames(scan), scans }];
  });
}

function indexNames(scan: PlanNode): string[] {
  return [scan, ...bitmapNodes(scan)].flatMap((node) => node["Index Name"] ?? []);
}
