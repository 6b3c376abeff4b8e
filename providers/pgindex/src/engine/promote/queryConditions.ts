import { type Condition, type GateConditions, met, type QueryEvidence, unmet } from "./evidence";

/**
 * The conditions on plans: one query at least uses the index, and those that are to be read in some
 * way are.
 */
export function planConditions(
  queries: readonly QueryEvidence[],
  { planTypes }: GateConditions,
): Condition[] {
  const using = queries.filter((query) => query.usesIndex);
  const used = using.length
    ? met("plan", `plans there use it: ${using.map(plan).join(", ")}`)
    : unmet(
        "plan",
        "no measured plan there uses it: run pulumi refresh --run-program there, and see its verification",
      );
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
  const found = `${query.planType ?? "no scan of its table"}${query.usesIndex ? "" : " without this index"}`;
  return unmet(
    "plan",
    `"${query.name}" is answered by ${found} there, ${wanted.join(" or ")} wanted: see its verification there`,
  );
}

function notMeasuredThere(condition: Condition["name"], name: string): Condition {
  return unmet(
    condition,
    `no query "${name}" is measured there: declare it under serves of the index there, or correct its name here`,
  );
}

/** The conditions on times: within the bound, and not slower than before. */
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
      `"${name}" was not measured there, at most ${bound} ms wanted: run pulumi up there, and see its verification`,
    );
  }
  const found = `"${name}" takes ${timedOut ? "more than " : ""}${executionMs} ms there, at most ${bound} ms wanted`;
  if (executionMs <= bound && !timedOut) return met("latency", found);
  return unmet("latency", `${found}: run pulumi refresh --run-program there when it is less busy`);
}

/** On small tables a query takes some hundredths of a millisecond, one more or less each run. */
const NOISE_MS = 1;

/** Judges what was measured before the build and after it; nothing to say of other queries. */
function slowerThan({ maximumSlowdown }: GateConditions) {
  return ({ name, executionMs, beforeMs, timedOut }: QueryEvidence): Condition[] => {
    if (beforeMs == null || executionMs === undefined) return [];
    if (executionMs === null) {
      return [
        unmet(
          "latency",
          `"${name}" took ${beforeMs} ms before the build there and does not run now: see its verification there`,
        ),
      ];
    }
    const found = `"${name}" takes ${timedOut ? "more than " : ""}${executionMs} ms there, ${beforeMs} ms before the build`;
    const bound = Math.max(beforeMs * maximumSlowdown, beforeMs + NOISE_MS);
    if (executionMs <= bound) return [met("latency", found)];
    const fix = "find out why it is slower, or raise maximumSlowdown";
    return [unmet("latency", `${found}, at most ${maximumSlowdown} times as long wanted: ${fix}`)];
  };
}
