import { renderBytes, renderElapsed } from "../../engine/text/render";
import { milliseconds } from "../../report/valueFormats";
import type { Missing, Outlier, ReportedTarget } from "./reportSchema";

/** So many times the median is worth a look. */
const MUCH = 3;

const MOST_OF_EACH = 10;

interface Measured {
  readonly target: string;
  readonly index: string;
  readonly value: number;
}

/** What stands out among the databases: build times and sizes of an index, times of a query. Pure. */
export function outliersOf(targets: readonly ReportedTarget[]): Outlier[] {
  const indexes = targets.flatMap(({ target, indexes: of }) =>
    of.map((each) => ({ ...each, target })),
  );
  const builds = indexes.flatMap(({ target, index, buildSeconds }) =>
    buildSeconds === null ? [] : [{ target, index, value: buildSeconds * 1000 }],
  );
  const sizes = indexes.map(({ target, index, sizeBytes }) => ({
    target,
    index,
    value: sizeBytes,
  }));
  const queries = indexes.flatMap(({ target, index, queries: of }) =>
    of.flatMap(({ name, executionMs }) =>
      executionMs === null ? [] : [{ target, index, name, value: executionMs }],
    ),
  );
  return [
    ...far(builds, ({ index }) => index).map(([each, median]) => ({
      ...placeOf(each),
      what: "build" as const,
      text: `took ${renderElapsed(each.value)}, the median one ${renderElapsed(median)}`,
    })),
    ...far(sizes, ({ index }) => index).map(([each, median]) => ({
      ...placeOf(each),
      what: "size" as const,
      text: `has ${renderBytes(each.value)}, the median one ${renderBytes(median)}`,
    })),
    ...far(queries, ({ index, name }) => JSON.stringify([index, name])).map(([each, median]) => ({
      ...placeOf(each),
      what: "query" as const,
      text: `${each.name} takes ${milliseconds(each.value)}, the median one ${milliseconds(median)}`,
    })),
  ];
}

function placeOf({ target, index }: Measured) {
  return { target, index };
}

/** Those far above the median of the same thing, with that median, the farthest first. */
function far<T extends Measured>(
  measured: readonly T[],
  thing: (each: T) => string,
): (readonly [T, number])[] {
  const found = [...Map.groupBy(measured, thing).values()].flatMap((of) => {
    const sorted = [...of].sort((a, b) => b.value - a.value);
    const median = sorted[Math.floor(sorted.length / 2)]?.value ?? 0;
    return sorted
      .filter(({ value }) => value > MUCH * median)
      .map((each) => [each, median] as const);
  });
  return found.sort(([a, of], [b, than]) => b.value / than - a.value / of).slice(0, MOST_OF_EACH);
}

/** What is not done, not valid, or not as its program expects. Pure. */
export function missingOf(targets: readonly ReportedTarget[]): Missing[] {
  return targets.flatMap(({ target, state, problem, indexes }) => {
    const own = state === "done" ? [] : [`${state}${problem === null ? "" : `: ${problem}`}`];
    const invalid = indexes.filter(({ valid }) => !valid).map(({ index }) => `${index}: not valid`);
    const unmet = indexes.flatMap(({ queries }) =>
      queries.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`)),
    );
    return [...own, ...invalid, ...unmet].map((text) => ({ target, text }));
  });
}
