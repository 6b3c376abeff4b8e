import { describe, expect, test } from "vitest";
import type { LiveIndex } from "../../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import type { Difference } from "../../../providers/pgindex/src/engine/compare/differences.ts";
import {
  rename,
  swap,
  swapBelowConstraint,
} from "../../../providers/pgindex/src/engine/plan/swapSteps.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import { inShort, planFor, situation } from "../../support/engine/situation.ts";

const BASE = { schema: "App", table: "t", name: 'i"x', columns: ["a"], unique: true };
const desired = await declare(BASE);
const old = (more: Partial<LiveIndex> = {}) =>
  liveIndex({ schema: "App", table: "t", name: 'i"x', ...more });

const RENAMES = [
  'ALTER INDEX "App"."i""x" RENAME TO "i""x_pgindex_old"',
  'ALTER INDEX "App"."i""x_pgindex_new" RENAME TO "i""x"',
];

describe("the swap of names", () => {
  test("is one transaction, done only once the new index is valid", () => {
    expect(swap(desired, old())).toEqual({
      kind: "alter",
      sqls: RENAMES,
      expects: [{ oid: 16400, name: 'i"x_pgindex_old' }],
      locks: "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on",
      onlyWithValid: [{ schema: "App", name: 'i"x_pgindex_new' }],
      warning: undefined,
      why: "the new index is valid and takes the declared name",
    });
  });

  const CLUSTER = 'ALTER TABLE "App"."t" CLUSTER ON "i""x"';
  const IDENTITY = 'ALTER TABLE "App"."t" REPLICA IDENTITY USING INDEX "i""x"';
  test.each<[role: Partial<LiveIndex>, sqls: string[], warning: RegExp]>([
    [{ isClustered: true }, [CLUSTER], /CLUSTER orders t by .*; its replacement takes over/],
    [{ isReplicaIdentity: true }, [IDENTITY], /replica identity of t; .* ACCESS EXCLUSIVE/],
    [
      { isClustered: true, isReplicaIdentity: true },
      [CLUSTER, IDENTITY],
      /CLUSTER orders t by.*; .*replica identity of t/,
    ],
  ])("hands on what the table says of the old index: %j", (role, sqls, warning) => {
    expect(swap(desired, old(role))).toMatchObject({
      sqls: [...RENAMES, ...sqls],
      warning: expect.stringMatching(warning),
    });
  });
});

test("below a constraint, the constraint is made anew in the same transaction", async () => {
  const keyed = await declare({ ...BASE, constraint: "primaryKey" });
  expect(swapBelowConstraint(keyed, old({ constraint: 'i"x', isReplicaIdentity: true }))).toEqual({
    kind: "alter",
    sqls: [
      'ALTER TABLE "App"."t" DROP CONSTRAINT "i""x"',
      RENAMES[1],
      'ALTER TABLE "App"."t" ADD CONSTRAINT "i""x" PRIMARY KEY USING INDEX "i""x"',
      'ALTER TABLE "App"."t" REPLICA IDENTITY USING INDEX "i""x"',
    ],
    expects: [{ oid: 16400, name: null }],
    locks: "ACCESS EXCLUSIVE on the table, for milliseconds: everything waits",
    stops: { mode: "ACCESS EXCLUSIVE", on: "table" },
    onlyWithValid: [{ schema: "App", name: 'i"x_pgindex_new' }],
    warning: 'the constraint i"x of t is recreated with the new index, in one transaction',
    why: "the new index is valid and replaces the old one in the constraint",
  });
});

test("a rename is one short statement", () => {
  const earlier = liveIndex({ schema: "App", name: "earlier" });
  expect(rename(earlier, 'i"x', "it has another name")).toEqual({
    kind: "alter",
    sqls: ['ALTER INDEX "App"."earlier" RENAME TO "i""x"'],
    locks: "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on",
    expects: [{ oid: 16400, name: 'i"x' }],
    why: "it has another name",
  });
});

const SUBJECT = "index public.i on public.t";
const BACKS = (name: string) => `refused: ${SUBJECT} backs the constraint ${name}`;
const REFERENCED = `refused: a foreign key references ${SUBJECT}`;
const BELOW =
  "build i_pgindex_new, ALTER TABLE t DROP CONSTRAINT i; i_pgindex_new -> i; " +
  "ALTER TABLE t ADD CONSTRAINT i UNIQUE USING INDEX i";

const CASES: readonly (readonly [string, Args, Partial<LiveIndex>, string])[] = [
  ["a declared constraint is made anew", { constraint: "unique" }, { constraint: "i" }, BELOW],
  ["one that is not declared is not", {}, { constraint: "i" }, BACKS("i")],
  ["one of another name is not", { constraint: "unique" }, { constraint: "k" }, BACKS("k")],
  [
    "one that a foreign key refers to is not",
    { constraint: "unique" },
    { constraint: "i", isReferenced: true },
    BACKS("i"),
  ],
  ["nor an index that a foreign key refers to", {}, { isReferenced: true }, REFERENCED],
];

describe("a changed index below a constraint", () => {
  const differences: Difference[] = [{ field: "include", declared: "b", live: "" }];
  test.each(CASES)("%s", async (_title, args, state, expected) => {
    const live = liveIndex({ name: "i", table: "t", ...state });
    const changed = await declare({
      ...BASE,
      schema: "public",
      name: "i",
      include: ["b"],
      ...args,
    });
    const verdict = { kind: "different", live, differences } as const;
    expect(inShort(planFor(situation(verdict), changed, "update"))).toBe(expected);
    const next = {
      live: liveIndex({ name: "i_pgindex_new" }),
      isDeclared: true,
      isUnfinished: false,
    };
    expect(inShort(planFor(situation(verdict, { next }), changed, "update"))).toBe(
      expected.replace("build i_pgindex_new, ", ""),
    );
  });
});
