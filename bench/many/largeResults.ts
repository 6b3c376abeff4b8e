import type { Published } from "../support/published.ts";
import { memoryOf } from "./manyResults.ts";
import type { Summary } from "./summaries.ts";

/** Each command at the smallest and at the largest number of indexes, and what one of them costs. */
export function largeResults(summaries: readonly Summary[]): Published {
  const sizes = summaries.map(({ indexes }) => indexes);
  const [few, many] = [Math.min(...sizes), Math.max(...sizes)];
  const ofFew = new Map(of(summaries, few).map((each) => [each.phase, each]));
  return {
    title: `${count(few)} and ${count(many)} indexes, state written once, one run`,
    head: [
      "command",
      ...[few, many].flatMap((size) => [`${count(size)}: seconds`, "× floor"]),
      "an index costs",
      "that of the floor",
      "statements",
      "MB of provider, program (the floor's)",
    ],
    rows: of(summaries, many).flatMap((large) => {
      const small = ofFew.get(large.phase);
      return small ? [rowOf(small, large)] : [];
    }),
    figures: summaries,
  };
}

const of = (summaries: readonly Summary[], size: number) =>
  summaries.filter(({ indexes }) => indexes === size);

const count = (indexes: number) => indexes.toLocaleString("en");

function rowOf(small: Summary, large: Summary): (string | number)[] {
  const cost = (each: Summary) => each.seconds.median / each.indexes;
  const floorCost = (each: Summary) => cost(each) / (each.ratio?.median ?? Number.NaN);
  return [
    large.phase,
    ...[small, large].flatMap(({ seconds, ratio }) => [
      seconds.median.toFixed(1),
      ratio?.median.toFixed(2) ?? "",
    ]),
    times(cost(large) / cost(small)),
    times(floorCost(large) / floorCost(small)),
    `${small.statements.median}; ${large.statements.median}`,
    memoryOf(large),
  ];
}

const times = (factor: number) => `${factor.toFixed(2)} times`;
