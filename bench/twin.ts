// npm run bench -- twin: foretells the plans of a corpus in the twin, builds each index for real,
// and says how often shape, cost and size were right. `npm run bench -- twin 13`: on another
// PostgreSQL; with a superuser's URL: on that server, beside its HypoPG.
import "../test/support/engine/engineSources.ts";
import Table from "cli-table3";
import { spreadOf, writeResults } from "./support/results.ts";
import { CORPUS } from "./twin/corpus.ts";
import { COST_WITHIN, isNear, type Outcome, SIZE_WITHIN } from "./twin/outcome.ts";
import { startScene } from "./twin/scene.ts";

const scene = await startScene(process.argv[2]);
const indexes = [...new Set(CORPUS.map(({ index }) => index))];
const outcomes: Outcome[] = [];
const sizes = [];
const milliseconds: number[] = [];
for (const index of indexes) {
  const found = await scene.foretell(CORPUS.filter((each) => each.index === index));
  outcomes.push(...found.outcomes);
  sizes.push(found.size);
  milliseconds.push(found.milliseconds);
}
const { startMs, versions } = scene;
await scene.stop();

const percent = (right: number, of: number) => `${((right / of) * 100).toFixed(0)} %`;
const share = <T>(all: readonly T[], is: (each: T) => boolean) =>
  `${all.filter(is).length} of ${all.length}, ${percent(all.filter(is).length, all.length)}`;

const table = new Table({
  head: [
    "kind",
    "queries",
    "shape",
    `cost ± ${COST_WITHIN * 100} %`,
    `size ± ${SIZE_WITHIN * 100} %`,
  ],
});
for (const kind of new Set(outcomes.map((each) => each.kind))) {
  const ofKind = outcomes.filter((each) => each.kind === kind);
  const itsSizes = sizes.filter((each) => each.kind === kind);
  table.push([
    ...[kind, ofKind.length, ofKind.filter((each) => each.isShapeRight).length],
    ofKind.filter((each) => isNear(each.cost, COST_WITHIN)).length,
    `${itsSizes.filter((each) => isNear(each.ratio, SIZE_WITHIN)).length} of ${itsSizes.length}`,
  ]);
}
console.log(table.toString());
for (const each of outcomes.filter((it) => !it.isShapeRight || !isNear(it.cost, COST_WITHIN)))
  console.log(
    `${each.sql}\n  foretold ${each.foretold}\n  real     ${each.real}\n  cost ${each.cost.toFixed(2)}`,
  );
for (const each of sizes.filter(({ ratio }) => !isNear(ratio, SIZE_WITHIN)))
  console.log(`${each.index}: ${each.foretoldPages} pages foretold, ${each.realPages} real`);
const spread = spreadOf(milliseconds);
console.log(`shape: ${share(outcomes, (each) => each.isShapeRight)}`);
console.log(`cost: ${share(outcomes, (each) => isNear(each.cost, COST_WITHIN))}`);
console.log(
  `after another ANALYZE, shape: ${share(outcomes, (each) => each.isShapeRightLater)}; ` +
    `cost: ${share(outcomes, (each) => isNear(each.costLater, COST_WITHIN))}`,
);
const both = outcomes.flatMap(({ hypopg }) => (hypopg ? [hypopg] : []));
if (both.length > 0)
  console.log(
    `HypoPG, of the same queries ${both.length}: shape ${share(both, (each) => each.isShapeRight)}; ` +
      `cost ${share(both, (each) => isNear(each.cost, COST_WITHIN))}`,
  );
console.log(`size: ${share(sizes, ({ ratio }) => isNear(ratio, SIZE_WITHIN))}`);
console.log(
  `started in ${startMs} ms; an index took ${spread.median} ms (${spread.least} to ${spread.most})`,
);
writeResults("twin", versions, { startMs, millisecondsPerIndex: spread, outcomes, sizes });
