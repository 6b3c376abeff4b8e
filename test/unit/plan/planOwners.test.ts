// Whose an index is decides what may become of it.
import { describe, expect, test } from "vitest";
import type {
  Difference,
  Verdict,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import type { OwnershipMark } from "../../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { plan } from "../../../providers/pgindex/src/engine/plan/plan.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import { inShort, situation } from "../../support/engine/situation.ts";

const BASE = { table: "m", name: "m_state_idx", columns: ["state"] };
const mark: OwnershipMark = {
  label: "app/other, theirs",
  stack: "s",
  urn: "u",
  id: "1",
  database: "d",
  origin: "built",
};
const live = liveIndex({ mark });
const differences: Difference[] = [{ field: "unique", live: "true" }];
const tuned: Difference[] = [{ field: "storageParameters", live: { fillfactor: "70" } }];

const VERDICTS = {
  same: { kind: "same", live },
  different: { kind: "different", live, differences },
  alterable: { kind: "alterable", live, differences: tuned },
  invalid: { kind: "invalid", live: { ...live, valid: false }, differences: [] },
} satisfies Record<string, Verdict>;

const planOf = async (seen: Parameters<typeof situation>, args: Args = {}) =>
  plan(situation(...seen), await declare({ ...BASE, ...args }));

describe.each(Object.entries(VERDICTS))("an index that is %s", (_, verdict) => {
  const FOREIGN = "refused: index public.m_state_idx on public.m belongs to another stack: ";
  const SIBLING =
    "refused: index public.m_state_idx on public.m belongs to another resource of this stack: ";

  test.each([
    ["foreign", false, FOREIGN],
    ["foreign", true, FOREIGN],
    ["sibling", true, SIBLING],
  ] as const)("and %s is refused (update: %s)", async (whose, isUpdate, said) => {
    expect(inShort(await planOf([verdict, { whose, isUpdate }]))).toBe(`${said}${mark.label}`);
  });

  test.each([
    ["sibling", false],
    ["ceded", false],
    ["ceded", true],
    ["own", true],
  ] as const)("and %s is not refused for its owner (update: %s)", async (whose, isUpdate) => {
    const isOurs = whose === "own";
    expect(inShort(await planOf([verdict, { whose, isUpdate, isOurs }]))).not.toContain("belongs");
  });
});

test("what belongs to a partitioned index is left to that", async () => {
  const othersPart = liveIndex({ partOf: { schema: "public", name: "p_idx", table: "p" } });
  const decided = await planOf([VERDICTS.same, { othersPart }]);
  expect(decided.kind).toBe("refused");
  expect(inShort(decided)).toContain("p_idx");
});

test.each<[verdict: Verdict, expected: string]>([
  [{ kind: "absent" }, "build m_state_idx"],
  [{ kind: "otherTable", live: { ...live, table: "x" } }, "table public.x has an index"],
  [{ kind: "dropping", live: { ...live, live: false } }, "drop m_state_idx, build m_state_idx"],
])("no owner is asked for where nothing of the index stands: %j", async (verdict, expected) => {
  const said = inShort(await planOf([verdict, { whose: "foreign" }]));
  expect(said).toContain(expected);
  expect(said).not.toContain("belongs");
});
