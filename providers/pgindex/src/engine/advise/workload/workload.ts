/** A statement of the application, as often as it ran. */
export interface WorkloadStatement {
  /** Where it comes from, for people: `line 12`, `queryid -42`. */
  readonly origin: string;
  /** One statement, without what follows it. */
  readonly text: string;
  /** As in the parse tree: `{ SelectStmt: … }`. */
  readonly tree: unknown;
  readonly calls: number;
  /** How long a call takes, as measured; undefined if nobody has. */
  readonly meanMs?: number;
  /** Rows that a call returns or writes, as counted. */
  readonly rows?: number;
}

/** Why a statement is not looked at. */
export type Skip = "utility" | "hidden" | "unread" | "rare" | "beyondLimit" | "system";

export interface Workload {
  /** For people: which workload this is, and since when. */
  readonly source: string;
  readonly statements: readonly WorkloadStatement[];
  readonly skipped: Readonly<Partial<Record<Skip, number>>>;
  /** Why there may be none that names a table of the database. */
  readonly whyForeign?: string;
  /** What speaks against the workload being the whole one. */
  readonly remarks: readonly string[];
}

/** Which of the statements are looked at. */
export interface Selection {
  readonly limit: number;
  readonly minimumCalls: number;
}

/** The statements on which most time is spent, or that run most often where nobody has measured. */
export function select(
  statements: readonly WorkloadStatement[],
  { limit, minimumCalls }: Selection,
): Pick<Workload, "statements" | "skipped"> {
  const often = statements.filter(({ calls }) => calls >= minimumCalls);
  const weight = ({ calls, meanMs = 1 }: WorkloadStatement) => calls * meanMs;
  const sorted = often.toSorted((one, other) => weight(other) - weight(one));
  const [rare, beyondLimit] = [statements.length - often.length, often.length - limit];
  return {
    statements: sorted.slice(0, limit),
    skipped: { ...(rare > 0 && { rare }), ...(beyondLimit > 0 && { beyondLimit }) },
  };
}
