import type { IndexTree } from "../catalog/indexTree";
import { costOf, type PlanNode } from "./planNode";

/** A scan of the index's table in a plan, and what it did. */
export interface TableScan {
  readonly node: PlanNode;
  /** How much of it is the index's: 1 for a scan by it, less for one arm of a BitmapOr. */
  readonly byIndex: number;
  /** Pages read; in a plan that did not run, the planner's cost. */
  readonly effort: number;
  /** Rows that the index returned, in all loops; undefined if the plan did not run. */
  readonly rows?: number;
}

/** What the index did of the reading of its table. */
export interface IndexWork {
  /** From 0 to 1; null if the plan does not read the table, or did not get to it. */
  readonly share: number | null;
  /** Rows that the index returned, in all loops; null if the plan did not run. */
  readonly rows: number | null;
  /** The scan that did most, by the index if the index did most; undefined without a scan. */
  readonly scan?: TableScan;
  /** Some scan of the table ran; true of a plan that did not run. */
  readonly hasRun: boolean;
}

/** From here on the index does the reading, and what is read without it is beside the point. */
const MOST = 0.5;

/**
 * Weighs the scans of the index's table. Presence proves nothing: a node can be there and never
 * run, or find one row while a sequential scan reads the table. Partitions count by their size, so
 * that small ones, which the planner rightly reads without the index, do not matter.
 */
export function indexWork(plan: PlanNode, index: IndexTree): IndexWork {
  const all = scansOf(plan, index, []);
  const ran = all.filter(({ node }) => node["Actual Loops"] !== 0);
  if (ran.length === 0) {
    const rows = all.some(({ rows: read }) => read !== undefined) ? 0 : null;
    return { share: null, rows, scan: all[0], hasRun: false };
  }
  const share = shareOf(ran, index);
  const isByIndex = share >= MOST;
  const candidates = ran.filter(({ byIndex }) => byIndex > 0 === isByIndex);
  const wasRun = ran.some(({ rows }) => rows !== undefined);
  return {
    share,
    rows: wasRun ? ran.reduce((sum, { rows = 0 }) => sum + rows, 0) : null,
    scan: heaviest(candidates.length > 0 ? candidates : ran),
    hasRun: true,
  };
}

/** Whether the index did most of the reading. */
export function didTheWork({ share, hasRun }: IndexWork): boolean {
  return hasRun && share !== null && share >= MOST;
}

function heaviest(scans: readonly TableScan[]): TableScan | undefined {
  return scans.reduce<TableScan | undefined>(
    (most, each) => (most && most.effort >= each.effort ? most : each),
    undefined,
  );
}

function shareOf(scans: readonly TableScan[], { tables }: IndexTree): number {
  let [read, byIndex] = [0, 0];
  for (const { schema, name, pages = 1 } of tables) {
    const ofTable = scans.filter(
      ({ node }) => node["Relation Name"] === name && node.Schema === schema,
    );
    if (ofTable.length === 0) continue;
    const effort = sum(ofTable.map((each) => each.effort));
    // Nothing was read, or the plan has no costs: what counts is that the index is there.
    const share =
      effort === 0
        ? Math.max(...ofTable.map((each) => each.byIndex))
        : sum(ofTable.map((each) => each.effort * each.byIndex)) / effort;
    read += pages;
    byIndex += pages * share;
  }
  return byIndex / read;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** The scans of the index's table, with the nodes above each, innermost first. */
function scansOf(node: PlanNode, index: IndexTree, above: readonly PlanNode[]): TableScan[] {
  const below = (node.Plans ?? []).flatMap((child) => scansOf(child, index, [node, ...above]));
  return isScanOf(node, index) ? [toScan(node, index, above), ...below] : below;
}

function toScan(node: PlanNode, index: IndexTree, above: readonly PlanNode[]): TableScan {
  const byIndex = bitmapShare(node, node, index);
  const hasRun = node["Actual Loops"] !== undefined;
  const effort = hasRun ? pagesOf(node) : costOf(node);
  if (!hasRun) return { node, byIndex, effort };
  return { node, byIndex, effort, rows: byIndex > 0 ? rowsOf(node, index, above) : 0 };
}

type Counted = `${"Plan" | "Actual"} Rows` | "Actual Loops";

/** What EXPLAIN leaves out is none. */
export function numberOf(
  node: PlanNode,
  kind: Counted | (typeof PAGES)[number] | (typeof DISCARDED)[number],
): number {
  return node[kind] ?? 0;
}

const PAGES = (["Shared", "Local"] as const).flatMap(
  (of) => [`${of} Hit Blocks`, `${of} Read Blocks`] as const,
);

/** Its own and its bitmaps' pages: a scan's counts include those of its subqueries. */
function pagesOf(node: PlanNode): number {
  const others = (node.Plans ?? []).filter((child) => !isBitmap(child));
  const pages = (of: PlanNode) => sum(PAGES.map((kind) => numberOf(of, kind)));
  return Math.max(0, pages(node) - sum(others.map(pages)));
}

const DISCARDED = ["Rows Removed by Filter", "Rows Removed by Index Recheck"] as const;

function rowsOf(scan: PlanNode, index: IndexTree, above: readonly PlanNode[]): number {
  const bitmaps = bitmapNodes(scan).filter((node) => isIndexOf(node, scan, index));
  const nodes = bitmaps.length > 0 ? bitmaps : [scan];
  const rows = sum(nodes.map(rowsOfNode));
  return rows > 0 || !isInnerSideWithRows(scan, above) ? rows : 1;
}

function rowsOfNode(node: PlanNode): number {
  const each = sum(["Actual Rows" as const, ...DISCARDED].map((kind) => numberOf(node, kind)));
  return each * numberOf(node, "Actual Loops");
}

/** Nodes between a join and the scan of its inner side that pass rows on. */
const PASSING = /^(Memoize|Materialize|Append|Limit|Subquery Scan)$/;

/**
 * Until 17, EXPLAIN rounds the rows of a loop, so that 400 rows in 1,000 loops are none. A join's
 * own rows tell.
 */
function isInnerSideWithRows(scan: PlanNode, above: readonly PlanNode[]): boolean {
  if (numberOf(scan, "Actual Loops") <= 1) return false;
  const join = above.find((node) => !PASSING.test(node["Node Type"]));
  if (join?.["Node Type"] !== "Nested Loop") return false;
  if (!["Inner", "Semi", undefined].includes(join["Join Type"])) return false;
  return rowsOfNode(join) > 0;
}

/**
 * How much of a scan is the index's. A BitmapAnd needs all of its indexes; of a BitmapOr, each has
 * the rows that it found.
 */
function bitmapShare(node: PlanNode, scan: PlanNode, index: IndexTree): number {
  if (isIndexOf(node, scan, index)) return 1;
  const arms = (node.Plans ?? []).filter(isBitmap);
  if (arms.length === 0) return 0;
  const shares = arms.map((arm) => ({ of: bitmapShare(arm, scan, index), rows: foundBy(arm) }));
  const found = sum(shares.map(({ rows }) => rows));
  if (node["Node Type"] !== "BitmapOr" || found === 0)
    return Math.max(...shares.map((it) => it.of));
  return sum(shares.map(({ of, rows }) => of * rows)) / found;
}

/** A BitmapOr or BitmapAnd itself always says that it found no rows. */
function foundBy(arm: PlanNode): number {
  const leaves = [arm, ...bitmapNodes(arm)].filter((node) => node["Index Name"] !== undefined);
  return sum(leaves.map((node) => node["Actual Rows"] ?? numberOf(node, "Plan Rows")));
}

function isBitmap(node: PlanNode): boolean {
  return /^Bitmap(And|Or| Index Scan)$/.test(node["Node Type"]);
}

/**
 * The bitmap nodes below a Bitmap Heap Scan, through BitmapAnd and BitmapOr. They name the index
 * but not its table.
 */
export function bitmapNodes(scan: PlanNode): PlanNode[] {
  return (scan.Plans ?? []).filter(isBitmap).flatMap((child) => [child, ...bitmapNodes(child)]);
}

export function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function isScanOf(node: PlanNode, { tables }: IndexTree): boolean {
  return tables.some(
    ({ schema, name }) => node["Relation Name"] === name && node.Schema === schema,
  );
}

/** Index names are unique in a schema, and an index is always in its table's. */
export function isIndexOf(node: PlanNode, scan: PlanNode, { indexes }: IndexTree): boolean {
  return indexes.some(({ schema, name }) => node["Index Name"] === name && scan.Schema === schema);
}
