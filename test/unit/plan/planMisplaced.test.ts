// A new name is given to the new definition only.
import { describe, expect, test } from "vitest";
import type {
  Difference,
  Verdict,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import { plan } from "../../../providers/pgindex/src/engine/plan/plan.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import { inShort, situation } from "../../support/engine/situation.ts";

const BASE = { table: "m", name: "m_state_idx", columns: ["state"] };
const differences: Difference[] = [{ field: "unique", live: "true" }];
const tuned: Difference[] = [{ field: "storageParameters", live: { fillfactor: "70" } }];

const planOf = async (seen: Parameters<typeof situation>, args: Args = {}) =>
  plan(situation(...seen), await declare({ ...BASE, ...args }));

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

  test("says why the former one goes", async () => {
    expect(await planOf(misplaced(differences))).toMatchObject({
      steps: [
        { why: "the definition has changed; the old index serves queries until then" },
        { why: "the new index, which has the new name, has replaced it" },
      ],
    });
  });

  const CLUSTER = "ALTER TABLE m CLUSTER ON m_state_idx";
  const IDENTITY = "ALTER TABLE m REPLICA IDENTITY USING INDEX m_state_idx";
  test.each<[role: Parameters<typeof liveIndex>[0], sql: string, step: object]>([
    [
      { isClustered: true },
      CLUSTER,
      { locks: expect.stringMatching(/^SHARE UPDATE/), stops: undefined },
    ],
    [
      { isReplicaIdentity: true },
      IDENTITY,
      { locks: expect.stringMatching(/^ACCESS EXCLUSIVE/), stops: { on: "table" } },
    ],
    [{ isClustered: true, isReplicaIdentity: true }, `${CLUSTER}; ${IDENTITY}`, {}],
  ])("hands on what the table says of it, before it goes: %j", async (role, sql, step) => {
    const decided = await planOf(misplaced(differences, role));
    expect(inShort(decided)).toBe(`build m_state_idx, ${sql}, drop former_idx`);
    expect(decided).toMatchObject({
      steps: [{}, { ...step, warning: expect.stringMatching(/m_state_idx/) }, {}],
    });
  });

  const BELOW =
    "ALTER TABLE m DROP CONSTRAINT former_idx; m_state_idx_pgindex_new -> m_state_idx; " +
    "ALTER TABLE m ADD CONSTRAINT m_state_idx UNIQUE USING INDEX m_state_idx";
  test.each<[title: string, beside: Parameters<typeof situation>[1], expected: string]>([
    ["of its declared constraint", {}, `build m_state_idx_pgindex_new, ${BELOW}`],
    ["of which the new one is built", next(true), BELOW],
    [
      "of which something else was begun",
      next(false),
      `drop m_state_idx_pgindex_new, build m_state_idx_pgindex_new, ${BELOW}`,
    ],
  ])("is replaced below the constraint, as the index %s", async (_, beside, expected) => {
    const seen = misplaced(differences, { constraint: "former_idx" }, beside);
    const decided = await planOf(seen, { unique: true, constraint: "unique" });
    expect(inShort(decided)).toBe(expected);
    const { steps } = decided as Extract<typeof decided, { kind: "steps" }>;
    const gone = { oid: 16400, name: null };
    const taken = { oid: 16400, name: "m_state_idx" };
    expect(steps.at(-1)).toMatchObject({
      expects: beside?.next?.isDeclared ? [gone, taken] : [gone],
    });
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
