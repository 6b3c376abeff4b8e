// What a refusal says of why it is one, and of the way round.
import { expect, test } from "vitest";
import type {
  Difference,
  Verdict,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import { type Intent, planFor, situation } from "../../support/engine/situation.ts";

const mark = {
  label: "app/other, theirs",
  stack: "s",
  urn: "u",
  id: "1",
  database: "d",
  origin: "built",
} as const;
const partOf = { schema: "public", name: "p_idx", table: "p" };
const unique: Difference[] = [{ field: "unique", live: "true" }];
const deferrable: Difference[] = [{ field: "deferrable", live: "true" }];
const exclusion: Difference[] = [{ field: "exclusion", live: "true" }];

const different = (differences: Difference[], more: Parameters<typeof liveIndex>[0]): Verdict => ({
  kind: "different",
  live: liveIndex({ name: "i", ...more }),
  differences,
});
const invalid = (more: Parameters<typeof liveIndex>[0]): Verdict => ({
  kind: "invalid",
  live: liveIndex({ name: "i", valid: false, ...more }),
  differences: [],
});

type Said = Partial<Record<"what" | "why" | "fix" | "otherwise", RegExp>>;
type Row = readonly [intent: Intent, title: string, verdict: Verdict, said: Said, args: Args];

const ROWS: readonly Row[] = [
  [
    "create",
    "another definition that has an owner",
    different(unique, { mark }),
    {
      why: /^it is valid, so queries may rely on it; its owner is app\/other, theirs; unique: /,
      otherwise: /^if nobody needs it: DROP INDEX CONCURRENTLY "public"\."i"; then run pulumi up$/,
    },
    {},
  ],
  [
    "update",
    "the index of a DEFERRABLE constraint",
    different(deferrable, { constraint: "i_key" }),
    {
      why: /^it accepts a duplicate until its rows are checked, .*; deferrable: declared none, /,
      otherwise: /: ALTER TABLE "public"\."m" DROP CONSTRAINT "i_key"; then run pulumi up$/,
    },
    {},
  ],
  [
    "update",
    "the index of an EXCLUDE constraint of its own name",
    different(exclusion, {}),
    {
      why: /^it rejects rows that the declared index accepts, so /,
      otherwise: /: ALTER TABLE "public"\."m" DROP CONSTRAINT "i"; then run pulumi up$/,
    },
    {},
  ],
  [
    "update",
    "a constraint that is not declared",
    different(unique, { constraint: "i" }),
    { why: /^replacing a constraint's index replaces the constraint, and the declaration has no / },
    {},
  ],
  [
    "update",
    "a constraint that a foreign key references",
    different(unique, { constraint: "i", isReferenced: true }),
    { why: /^a foreign key references it, so the constraint cannot be dropped and recreated$/ },
    { unique: true, constraint: "unique" },
  ],
  [
    "update",
    "ours, which a partitioned index has taken in",
    different(unique, { partOf }),
    { what: / has become a part of the partitioned index public\.p_idx on public\.p$/ },
    {},
  ],
  [
    "update",
    "an INVALID index of a constraint",
    invalid({ constraint: "i_key" }),
    {
      why: /^it backs the constraint i_key, which would be dropped with it$/,
      fix: /^run: REINDEX INDEX CONCURRENTLY "public"\."i";$/,
    },
    {},
  ],
  [
    "update",
    "an INVALID part of a partitioned index",
    invalid({ partOf }),
    {
      why: /^it is a part of the partitioned index public\.p_idx on public\.p, and is dropped only/,
    },
    {},
  ],
  [
    "update",
    "an INVALID index that is to be left",
    invalid({}),
    { why: /^invalidLeftover is "refuse": /, otherwise: /^set invalidLeftover: "rebuild"$/ },
    { invalidLeftover: "refuse" },
  ],
];

test.each(ROWS)("to %s: %s", async (intent, _title, verdict, said, args) => {
  const desired = await declare({ table: "m", name: "i", columns: ["state"], ...args });
  const decided = planFor(situation(verdict), desired, intent);
  if (decided.kind !== "refused") throw new Error(`not refused: ${JSON.stringify(decided)}`);
  for (const [part, text] of Object.entries(said))
    expect(decided.advice[part as keyof Said]).toMatch(text);
});

test("the index of a partition is left to the partitioned index that it is part of", async () => {
  const desired = await declare({ table: "m", name: "i", columns: ["state"] });
  const othersPart = liveIndex({ name: "i", partOf });
  const seen = situation({ kind: "same", live: othersPart }, { othersPart });
  expect(planFor(seen, desired, "create")).toMatchObject({
    advice: {
      what:
        "refused: index public.i on public.m exists as a part of the partitioned index " +
        "public.p_idx on public.p",
      fix: "declare the partitioned index, which has an index on every partition",
    },
  });
});
