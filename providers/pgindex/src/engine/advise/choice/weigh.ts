import { type PlanNode, costOf as planCost } from "../../explain/planNode";
import { nodesOf } from "../../explain/planWork";
import type { Built } from "../candidateTwin";

/** A statement, how often it runs, and what the twin says of it. */
export interface Weighed {
  readonly calls: number;
  /** OIDs of the tables that it reads. */
  readonly tables: ReadonlySet<number>;
  /** Its plan while these are visible; of other tables' candidates it knows nothing. */
  readonly plan: (visible: readonly Built[]) => Promise<PlanNode>;
}

/** What is weighed, and what each candidate costs the writes, in the planner's units. */
export interface Weighing {
  readonly statements: readonly Weighed[];
  readonly built: readonly Built[];
  readonly price: (built: Built) => number;
}

/** A statement, weighed: plans are asked for once. */
export function weighed(
  calls: number,
  tables: ReadonlySet<number>,
  plan: Weighed["plan"],
): Weighed {
  const known = new Map<string, Promise<PlanNode>>();
  return {
    calls,
    tables,
    plan: (visible) => {
      const seen = visible.filter(({ candidate }) => tables.has(candidate.relation.oid));
      const key = seen
        .map(({ live }) => live.oid)
        .toSorted()
        .join();
      const asked = known.get(key) ?? plan(seen);
      known.set(key, asked);
      return asked;
    },
  };
}

export async function costOf(statement: Weighed, visible: readonly Built[]): Promise<number> {
  return planCost(await statement.plan(visible));
}

/** The statements that read a table of these. */
export function concerned(
  statements: readonly Weighed[],
  built: readonly Built[],
): readonly Weighed[] {
  return statements.filter(({ tables }) =>
    built.some(({ candidate }) => tables.has(candidate.relation.oid)),
  );
}

/** What all runs of the statements cost together. */
export async function totalOf(
  statements: readonly Weighed[],
  visible: readonly Built[],
): Promise<number> {
  let total = 0;
  for (const each of statements) total += each.calls * (await costOf(each, visible));
  return total;
}

/** Which of the candidates a plan reads. */
export function usedIn(plan: PlanNode, built: readonly Built[]): Built[] {
  const names = new Set(nodesOf(plan).map((node) => node["Index Name"]));
  return built.filter((each) => each.names.some((name) => names.has(name)));
}

/** A gain below these is not worth an index: nobody would notice half a dozen pages less. */
const LEAST_RATIO = 1.5;
const LEAST_COST = 25;

export interface Gain {
  /** What all runs save, in the planner's units. */
  readonly total: number;
  /** Some statement becomes so much cheaper that somebody would notice. */
  readonly isNoticed: boolean;
}

/** What the new ones gain where the others stand already. */
export async function gainOf(
  statements: readonly Weighed[],
  standing: readonly Built[],
  added: readonly Built[],
): Promise<Gain> {
  let [total, isNoticed] = [0, false];
  for (const each of concerned(statements, added)) {
    const before = await costOf(each, standing);
    const after = await costOf(each, [...standing, ...added]);
    total += each.calls * (before - after);
    isNoticed ||= before - after >= LEAST_COST && before >= LEAST_RATIO * after;
  }
  return { total, isNoticed };
}
