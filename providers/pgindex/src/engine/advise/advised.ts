/** How a statement reads the table, before and after. */
export interface PlanStep {
  /** `Seq Scan`; null if the plan does not read the table. */
  readonly planType: string | null;
  readonly index: string | null;
  /** Of the whole statement, in the planner's units. */
  readonly cost: number;
}

/** One statement that an index serves. */
export interface Evidence {
  readonly name: string;
  /** `queryid 42`, `line 7` */
  readonly origin: string;
  readonly sql: string;
  readonly calls: number;
  /** Milliseconds; null if nobody has measured. */
  readonly meanMs: number | null;
  /** Of the time that the whole workload takes, from 0 to 1; null if nobody has measured. */
  readonly timeShare: number | null;
  readonly before: PlanStep;
  readonly after: PlanStep;
}

/** A query as `serves` of an `Index` has it. */
export interface Served {
  readonly name: string;
  readonly sql: string;
  readonly sample?: string;
}

/** An index that the workload would gain by. */
export interface Proposal {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** The arguments of an `Index`. */
  readonly declaration: Readonly<Record<string, unknown>> & { readonly serves?: readonly Served[] };
  readonly sizeBytes: number;
  /** Of what the workload costs, from 0 to 1: what reads save, and what writes pay. */
  readonly gain: number;
  readonly price: number;
  /** Indexes that it leaves without a query of their own. */
  readonly redundant: readonly string[];
  readonly queries: readonly Evidence[];
}

/** An index that reads would gain by, for which writes would pay more. */
export interface NotWorth {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly gain: number;
  readonly price: number;
}

/** A statement that could not be planned on the copy. */
export interface Unplanned {
  readonly origin: string;
  readonly reason: string;
}

export interface Advised {
  /** Which workload this is about. */
  readonly source: string;
  /** How many statements were planned. */
  readonly statements: number;
  /** How many were not, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly unplanned: readonly Unplanned[];
  readonly proposals: readonly Proposal[];
  readonly notWorth: readonly NotWorth[];
  /** What speaks against it. */
  readonly doubts: readonly string[];
}
