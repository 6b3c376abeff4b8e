import { expect, test } from "vitest";
import type { TableTraffic } from "../../../providers/pgindex/src/engine/foresight/table/tableState.ts";
import {
  foreseeHotLoss,
  trafficFacts,
  trafficLines,
} from "../../../providers/pgindex/src/engine/foresight/table/tableTraffic.ts";
import { type Args, declare } from "../../support/engine/engine.ts";

const BUSY: TableTraffic = { seconds: 3_600, writes: 36_000, updates: 9_000, hotUpdates: 8_280 };
const RATE = "the table takes 10 row writes a second";
const hot = (columns: string) =>
  "92 % of its updates are heap-only (HOT) and touch no index; " +
  `those that change ${columns} will write to every index of the table`;

const ROWS: readonly (readonly [
  what: string,
  traffic: Partial<TableTraffic>,
  args: Args,
  lines: readonly string[],
])[] = [
  ["a busy table", {}, {}, [RATE, hot("a")]],
  [
    "all columns of the index count",
    {},
    { columns: ["a", { expression: "lower(b)" }], include: ["c"] },
    [RATE, hot("a, lower(b), c")],
  ],
  ["a slow one", { writes: 1_800 }, {}, ["the table takes 0.5 row writes a second", hot("a")]],
  ["nobody updates it", { updates: 0, hotUpdates: 0 }, {}, [RATE]],
  ["hardly any update is heap-only", { hotUpdates: 300 }, {}, [RATE]],
  ["BRIN ends none", {}, { accessMethod: "brin" }, [RATE]],
  ["counters of a minute", { seconds: 60 }, {}, [hot("a")]],
  ["counters since nobody knows when", { seconds: null }, {}, [hot("a")]],
  ["a quiet table", { writes: 999 }, {}, []],
];

test.each(ROWS)("%s", async (_, traffic, args, lines) => {
  const desired = await declare({ table: "t", name: "i", columns: ["a"], ...args });
  const facts = trafficFacts({ ...BUSY, ...traffic });
  const hazards = foreseeHotLoss(facts, desired);
  expect([...trafficLines(facts), ...hazards.map(({ message }) => message)]).toEqual(lines);
  for (const each of hazards) expect(each).toMatchObject({ code: "ends-hot-updates" });
});
