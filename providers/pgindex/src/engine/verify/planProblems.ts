import type { IndexOnTable } from "../catalog/indexTree";
import type { Measured } from "../measure/measure";
import type { QueryMeasurement } from "../measure/measurement";
import type { Expectation } from "../measure/servedQueries";
import { qualified } from "../text/sql";

/** A plan, and whether it could be another. */
interface Planned extends Pick<Measured, "measurement" | "usable"> {
  readonly hidden: readonly string[];
}

export function planProblem(
  expect: Expectation,
  { measurement, usable, hidden }: Planned,
  index: IndexOnTable,
): string | undefined {
  const { planType, index: found, usesIndex, neverRan } = measurement;
  const isType =
    !expect.planTypes || expect.planTypes.some((expectedType) => expectedType === planType);
  if (isType && (usesIndex || !expect.usesIndex)) return undefined;
  const types = expect.planTypes?.join(" or ") ?? "a plan";
  const expected = expect.usesIndex ? `${types} using ${index.schema}.${index.name}` : types;
  const plan = planType ?? `no scan of ${index.schema}.${index.table}`;
  const using = found ? ` using ${found}` : "";
  const advice = neverRan
    ? "it never ran, because the rest of the query had no row for it: give values, or a sample, " +
      "that lead to rows"
    : planAdvice(planType, usesIndex, usable, index);
  const why = hidden.map((each) => ` (${each})`).join("");
  return `expected ${expected}, found ${plan}${using}${shareText(measurement, index)}${why}; ${advice}`;
}

/** An index that is in the plan and does little. */
function shareText({ usesIndex, indexShare }: QueryMeasurement, index: IndexOnTable): string {
  if (usesIndex || !indexShare) return "";
  const percent = Math.round(indexShare * 1000) / 10;
  return `, where ${index.name} did ${percent} % of the reading`;
}

/** An index that was asked and had nothing proves nothing. */
export function workProblem(
  expect: Expectation,
  { usesIndex, indexRows, rows }: QueryMeasurement,
  hidden: readonly string[],
  index: IndexOnTable,
): string | undefined {
  if (!expect.usesIndex || !usesIndex) return undefined;
  const isEmpty = indexRows === 0;
  if (!isEmpty && !(rows === 0 && hidden.length > 0)) return undefined;
  const why = hidden.length > 0 ? ` (${hidden.join("; ")})` : "";
  return (
    `read no row of ${index.schema}.${index.table} by ${index.name}${why}, so nothing is proved: ` +
    "give values, or a sample, that exist in the table"
  );
}

export function genericNote({ usesIndex, planType, genericPlan }: Plans): string | undefined {
  if (!genericPlan || genericPlan.isChosen) return undefined;
  if (genericPlan.usesIndex === usesIndex && genericPlan.planType === planType) return undefined;
  return `the generic plan, which a prepared statement can get, is another: ${planText(genericPlan)}`;
}

type Plans = Pick<QueryMeasurement, "usesIndex" | "planType" | "genericPlan">;

function planText({ planType, index }: Pick<QueryMeasurement, "planType" | "index">): string {
  return `${planType ?? "no scan of the table"}${index ? ` using ${index}` : ""}`;
}

export function genericProblem(
  expect: Expectation,
  { usesIndex, genericPlan }: QueryMeasurement,
  index: IndexOnTable,
): string | undefined {
  if (!expect.usesIndex || !usesIndex || !genericPlan?.isChosen) return undefined;
  if (genericPlan.usesIndex) return undefined;
  return (
    `a prepared statement gets the generic plan, which does not use ${index.name}: ` +
    `${planText(genericPlan)}; write constants that the index's predicate needs into the query, ` +
    "or set plan_cache_mode = force_custom_plan for the application's role"
  );
}

function planAdvice(
  planType: string | null,
  usesIndex: boolean,
  usable: boolean | null,
  index: IndexOnTable,
): string {
  const analyze = `run ANALYZE ${qualified(index.schema, index.table)}; and then pulumi refresh`;
  if (planType === null) return "check that the query reads the index's table";
  if (usesIndex)
    return `if that is just as good, add "${planType}" to expect.planTypes; otherwise ${analyze}`;
  if (usable === null) return analyze;
  const answer = `usable with enable_seqscan=off: ${usable ? "yes" : "no"}`;
  if (!usable) {
    return (
      `${answer}. Compare the query's conditions with the index: its first columns, their types ` +
      "and operator classes, and its predicate. Another index may serve the query better. " +
      `If they match, ${analyze}`
    );
  }
  return (
    "the planner prefers Seq Scan on small tables, and for large parts of any table; " +
    `${answer}. If this table is large, ${analyze}; ` +
    "if it is small here, set expect.usesIndex: false for this stack"
  );
}
