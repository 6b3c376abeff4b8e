// Whose an index is decides what may become of it, and a new name is given to the new definition only.
import { describe, expect, test } from "vitest";
import type {
  Difference,
  Verdict,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import type { Ownership } from "../../../providers/pgindex/src/engine/compare/ownership.ts";
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

test.each(["absent", "otherTable"] as const)(
  "no owner is asked for where nothing of the index stands: %s",
  async (kind) => {
    const verdict = kind === "absent" ? { kind } : { kind, live: liveIndex({ table: "x" }) };
    const said = inShort(await planOf([verdict, { whose: "foreign" as Ownership }]));
    expect(said).not.toContain("belongs");
  },
);

describe("our index under its former name", () => {
  const former = (more: Parameters<typeof liveIndex>[0] = {}) =>
    liveIndex({ name: "former_idx", ...more });
  const misplaced = (
    differs: readonly Difference[],
    more: Parameters<typeof liveIndex>[0] = {},
    beside: Parameters<typeof situation>[1] = {},
  ): Parameters<typeof situation> => [
    { kind: "absent" },
    {
      misplaced: { live: former(more), differences: differs },
      isUpdate: true,
      isOurs: true,
      ...beside,
    },
  ];
  const next = (isDeclared: boolean) => ({
    next: { live: liveIndex({ name: "m_state_idx_pgindex_new" }), isDeclared, isUnfinished: false },
  });

  test("is renamed, where nothing else differs", async () => {
    expect(inShort(await planOf(misplaced([])))).toBe("former_idx -> m_state_idx");
  });

  test("is renamed and then altered, where that is enough", async () => {
    expect(inShort(await planOf(misplaced(tuned)))).toBe(
      "former_idx -> m_state_idx, ALTER INDEX m_state_idx RESET (fillfactor)",
    );
  });

  test("serves until the new definition stands under the new name", async () => {
    expect(inShort(await planOf(misplaced(differences)))).toBe(
      "build m_state_idx, drop former_idx",
    );
  });

  test("gives way to what an interrupted run has built", async () => {
    expect(inShort(await planOf(misplaced(differences, {}, next(true))))).toBe(
      "m_state_idx_pgindex_new -> m_state_idx, drop former_idx",
    );
  });

  test("and what that began for another definition is dropped first", async () => {
    expect(inShort(await planOf(misplaced(differences, {}, next(false))))).toBe(
      "drop m_state_idx_pgindex_new, build m_state_idx, drop former_idx",
    );
  });

  test("and what an interrupted run has built gets its constraint in the same plan", async () => {
    const unique = { unique: true, constraint: "unique" };
    expect(inShort(await planOf(misplaced(differences, {}, next(true)), unique))).toBe(
      "m_state_idx_pgindex_new -> m_state_idx, " +
        "ALTER TABLE m ADD CONSTRAINT m_state_idx UNIQUE USING INDEX m_state_idx, drop former_idx",
    );
  });

  test("stays where it may not be replaced: a foreign key rests on it", async () => {
    const decided = await planOf(misplaced(differences, { isReferenced: true }));
    expect(decided.kind).toBe("refused");
  });

  test("stays where it is part of another index, or backs a constraint that nobody declares", async () => {
    const partOf = { schema: "public", name: "p_idx", table: "p" };
    for (const kept of [
      { partOf },
      { constraint: "former_idx" },
      { constraint: "of_another_name" },
    ])
      expect((await planOf(misplaced(differences, kept))).kind).toBe("refused");
  });
});

describe("a new constraint is planned with the new definition that backs it", () => {
  const ADD = "ALTER TABLE m ADD CONSTRAINT m_state_idx UNIQUE USING INDEX m_state_idx";
  const NEW = "m_state_idx_pgindex_new";
  const OLD = "m_state_idx_pgindex_old";
  const unique = { unique: true, constraint: "unique" };
  const own = { whose: "own", isUpdate: true, isOurs: true } as const;
  const next = { live: liveIndex({ name: NEW }), isDeclared: true, isUnfinished: false };
  const different: Verdict = { kind: "different", live: liveIndex(), differences };

  test.each<[title: string, seen: Parameters<typeof situation>, expected: string]>([
    [
      "a replacement",
      [different, own],
      `build ${NEW}, m_state_idx -> ${OLD}; ${NEW} -> m_state_idx, ${ADD}, drop ${OLD}`,
    ],
    [
      "the rest of one",
      [different, { ...own, next }],
      `m_state_idx -> ${OLD}; ${NEW} -> m_state_idx, ${ADD}, drop ${OLD}`,
    ],
    ["a build", [{ kind: "absent" }, own], `build m_state_idx, ${ADD}`],
    [
      "the rest of one, whose old index is gone",
      [{ kind: "absent" }, { ...own, next }],
      `${NEW} -> m_state_idx, ${ADD}`,
    ],
  ])("%s", async (_, seen, expected) => {
    expect(inShort(await planOf(seen, unique))).toBe(expected);
  });
});
