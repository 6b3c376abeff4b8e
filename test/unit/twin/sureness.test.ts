import { describe, expect, test } from "vitest";
import type { PlanNode } from "../../../providers/pgindex/src/engine/explain/planNode.ts";
import type { Predicted } from "../../../providers/pgindex/src/engine/twin/predictPlans.ts";
import type { Present } from "../../../providers/pgindex/src/engine/twin/production/presentPlans.ts";
import type {
  Production,
  Relation,
} from "../../../providers/pgindex/src/engine/twin/production/production.ts";
import { surenessOf } from "../../../providers/pgindex/src/engine/twin/sureness.ts";

const plan = (cost: number, node = "Seq Scan") =>
  ({ "Node Type": node, "Relation Name": "t", "Total Cost": cost }) as PlanNode;
const TABLE = {
  schema: "public",
  name: "t",
  kind: "r",
  pages: 100,
  relpages: 100,
  reltuples: 1_000,
  modified: 0,
  analyzedAgo: 60,
} as Relation;
const STATISTICS = { schemaname: "public", relname: "t" } as Production["statistics"][number];

interface Differs {
  readonly table?: Partial<Relation>;
  readonly production?: Partial<Production>;
  readonly database?: Partial<Production["database"]>;
  readonly present?: Partial<Present>;
  readonly twins?: PlanNode;
  readonly predicted?: Partial<Predicted>;
}

function sureness({ table, production, database, present, twins, predicted }: Differs) {
  return surenessOf({
    production: {
      database: { version: 180_004, blockSize: 8_192, ...database },
      relations: [{ ...TABLE, ...table }],
      statistics: [STATISTICS],
      extended: [],
      ...production,
    } as unknown as Production,
    present: {
      queries: [{ name: "q", plans: [{ plan: plan(100) }] }],
      isSecured: false,
      ...present,
    } as unknown as Present,
    predicted: {
      queries: [{ before: twins ?? plan(100), after: plan(1) }],
      unknownExpressions: [],
      missing: [],
      remarks: [],
      ...predicted,
    } as unknown as Predicted,
    twin: { major: 18 },
  });
}

test("a copy that plans as the server does is sure, of another major too, which is said", () => {
  expect(sureness({})).toEqual({ isSure: true, doubts: [] });
  expect(sureness({ twins: plan(104) }).isSure).toBe(true);
  expect(sureness({ database: { version: 130_023 } })).toEqual({
    isSure: true,
    doubts: ["planned by PostgreSQL 18, the server is 13"],
  });
});

describe("what speaks against it", () => {
  const rows: readonly (readonly [string, Differs, RegExp])[] = [
    ["another plan", { twins: plan(100, "Index Scan") }, /plans "q" otherwise than the server/],
    ["no cost", { twins: { ...plan(1), "Total Cost": undefined } as PlanNode }, /otherwise than/],
    ["another cost", { twins: plan(106) }, /plans "q" otherwise than the server/],
    ["never analyzed", { table: { reltuples: -1 } }, /public\.t was never analyzed/],
    ["never analyzed, before 14", { table: { relpages: 0 } }, /public\.t was never analyzed/],
    [
      "only vacuumed",
      { table: { analyzedAgo: null }, production: { statistics: [] } },
      /public\.t was never analyzed/,
    ],
    ["much changed", { table: { modified: 201 } }, /a fifth of public\.t has changed/],
    ["hidden", { production: { statistics: [] } }, /our role sees no statistics of public\.t/],
    [
      "extended statistics",
      { production: { extended: [{ schema: "public", table: "t", name: "s" }] } },
      /lacks the extended statistics s,/,
    ],
    [
      "a bare expression",
      { predicted: { unknownExpressions: ["f(a)"] } },
      /f\(a\) has no statistics/,
    ],
    ["row level security", { present: { isSecured: true } }, /no row level security/],
    ["other pages", { database: { blockSize: 16_384 } }, /pages are not of 8 kB/],
    [
      "what it lacks",
      { predicted: { missing: ["a", "b", "c", "d", "e"] } },
      /^the copy lacks a, b, c and 2 more$/,
    ],
    [
      "another order of texts",
      { predicted: { remarks: ["sorted otherwise"] } },
      /sorted otherwise/,
    ],
  ];
  test.each(rows)("%s", (_, differs, doubt) => {
    expect(sureness(differs)).toEqual({ isSure: false, doubts: [expect.stringMatching(doubt)] });
  });

  test("but not what has no pages, is a view, or has changed little or at an unknown rate", () => {
    const fine = [
      { pages: 0, reltuples: -1 },
      { kind: "v", reltuples: -1 },
      { modified: 200 },
      { modified: null },
    ];
    for (const table of fine) expect(sureness({ table })).toEqual({ isSure: true, doubts: [] });
  });

  test("nor a query that the copy could not plan, of which that is said", () => {
    const queries = [{ failure: "of an error" }];
    expect(sureness({ predicted: { queries } }).doubts).toEqual([]);
  });
});
