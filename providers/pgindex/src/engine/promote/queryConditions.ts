import { type Condition, type GateConditions, met, type QueryEvidence, unmet } from "./evidence";

/** Conditions on plans: at least one query uses the index, and all have a permitted plan type. */
export function planConditions(
  queries: readonly QueryEvidence[],
  { planTypes }: GateConditions,
): Condition[] {
  const using = queries.filter((query) => query.usesIndex);
  const used = usedCondition(using);
  if (!planTypes) return [used];
  if (isList(planTypes)) {
    const others = using.filter(({ planType }) => !includes(planTypes, planType));
    return [used, ...others.map((query) => wrongPlan(query, planTypes))];
  }
  const named = Object.entries(planTypes).map(([name, types]) => {
    const query = queries.find((each) => each.name === name);
    if (!query) return notMeasuredThere("plan", name);
    return query.usesIndex && includes(types, query.planType)
      ? met("plan", `${plan(query)}, as asked`)
      : wrongPlan(query, types);
  });
  return [used, ...named];
}

/** A plan by the index whose runs read nothing by it proves nothing. */
function usedCondition(using: readonly QueryEvidence[]): Condition {
  const working = using.filter(({ indexRows }) => indexRows !== 0);
  if (working.length > 0) return met("plan", `plans there use it: ${working.map(plan).join(", ")}`);
  const found = using.length > 0 ? `${using.map(plan).join(", ")} read no row by it` : undefined;
  return unmet(
    "plan",
    `${found ?? "no measured plan there uses it"}: run pulumi refresh --run-program there, ` +
      "and see its verification",
  );
}

/** `Array.isArray` does not narrow a readonly array. */
function isList<T>(value: readonly T[] | object): value is readonly T[] {
  return Array.isArray(value);
}

function includes(types: readonly string[], planType: string | null): boolean {
  return planType !== null && types.includes(planType);
}

function plan({ name, planType }: QueryEvidence): string {
  return `"${name}" by ${planType}`;
}

function wrongPlan(query: QueryEvidence, wanted: readonly string[]): Condition {
  const planType = query.planType ?? "no scan of its table";
  const found = query.usesIndex ? planType : `${planType} without this index`;
  return unmet(
    "plan",
    `"${query.name}" uses ${found} there, ${wanted.join(" or ")} wanted: ` +
      "see its verification there",
  );
}

function notMeasuredThere(condition: Condition["name"], name: string): Condition {
  return unmet(
    condition,
    `no query "${name}" is measured there: declare it in the index's serves there, ` +
      "or correct its name here",
  );
}

/** Conditions on times: within the limit, and not slower than before the build. */
export function latencyConditions(
  queries: readonly QueryEvidence[],
  conditions: GateConditions,
): Condition[] {
  return [...boundConditions(queries, conditions), ...queries.flatMap(slowerThan(conditions))];
}

function boundConditions(
  queries: readonly QueryEvidence[],
  { maximumMs }: GateConditions,
): Condition[] {
  if (maximumMs === undefined) return [];
  if (typeof maximumMs === "number") return queries.map((query) => withinBound(query, maximumMs));
  return Object.entries(maximumMs).map(([name, bound]) => {
    const query = queries.find((each) => each.name === name);
    return query ? withinBound(query, bound) : notMeasuredThere("latency", name);
  });
}

function withinBound({ name, executionMs, timedOut }: QueryEvidence, bound: number): Condition {
  if (executionMs == null) {
    return unmet(
      "latency",
      `"${name}" was not measured there, at most ${bound} ms wanted: ` +
        "run pulumi up there, and see its verification",
    );
  }
  const time = `${timedOut ? "more than " : ""}${executionMs} ms`;
  const found = `"${name}" takes ${time} there, at most ${bound} ms wanted`;
  if (executionMs <= bound && !timedOut) return met("latency", found);
  return unmet("latency", `${found}: run pulumi refresh --run-program there when it is less busy`);
}

/** Tolerance for small tables, where times of hundredths of a millisecond vary between runs. */
const NOISE_MS = 1;

/** Judges queries that were measured both before and after the build; ignores all others. */
function slowerThan({ maximumSlowdown }: GateConditions) {
  return ({ name, executionMs, beforeMs, timedOut }: QueryEvidence): Condition[] => {
    if (beforeMs == null || executionMs === undefined) return [];
    if (executionMs === null) {
      return [
        unmet(
          "latency",
          `"${name}" took ${beforeMs} ms before the build there and does not run now: ` +
            "see its verification there",
        ),
      ];
    }
    const time = `${timedOut ? "more than " : ""}${executionMs} ms`;
    const found = `"${name}" takes ${time} there, ${beforeMs} ms before the build`;
    const bound = Math.max(beforeMs * maximumSlowdown, beforeMs + NOISE_MS);
    if (executionMs <= bound) return [met("latency", found)];
    const fix = "find out why it is slower, or raise maximumSlowdown";
    return [unmet("latency", `${found}, at most ${maximumSlowdown} times as long wanted: ${fix}`)];
  };
}
