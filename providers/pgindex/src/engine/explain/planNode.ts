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
  readonly "Rows Removed by Index Recheck"?: number;
  readonly "Shared Hit Blocks"?: number;
  readonly "Shared Read Blocks"?: number;
  readonly "Local Hit Blocks"?: number;
  readonly "Local Read Blocks"?: number;
  readonly "Total Cost"?: number;
  readonly "Plan Rows"?: number;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  /** Only with ANALYZE, and only if parallel workers took part. */
  readonly Workers?: readonly { readonly "Actual Loops": number }[];
  readonly Plans?: readonly PlanNode[];
}

/** What the planner expects it to cost; every EXPLAIN with COSTS says so. */
export const costOf = (plan: PlanNode) => plan["Total Cost"] ?? 0;
