import { describe, expect, test } from "vitest";
import type {
  Difference,
  Verdict,
} from "../../../providers/pgindex/src/engine/compare/differences.ts";
import type { OwnershipMark } from "../../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import type { Situation } from "../../../providers/pgindex/src/engine/situation/situation.ts";
import { type Args, declare, liveIndex } from "../../support/engine/engine.ts";
import { inShort, planFor, situation } from "../../support/engine/situation.ts";

const BASE = { table: "m", name: "i", columns: ["a"] };
const FILLFACTOR: Difference = { field: "storageParameters", live: { fillfactor: "70" } };

describe("what ALTER INDEX only records is built too, once", () => {
  const brin = { accessMethod: "brin", columns: ["a"], storageParameters: { pages_per_range: 16 } };
  const pages: Difference = {
    field: "storageParameters",
    declared: { pages_per_range: "16" },
    live: { pages_per_range: "32" },
  };
  const moved: Difference = { field: "tablespace", declared: "fast", live: "pg_default" };
  const SET = "ALTER INDEX i SET (pages_per_range = '16')";
  const WHY = "only a rebuild applies the new value of pages_per_range";

  test.each<[title: string, args: Args, differences: Difference[], short: string, why: string]>([
    ["by a rebuild", {}, [pages], `${SET}, reindex i`, WHY],
    [
      "and a move to another tablespace is one",
      { tablespace: "fast" },
      [pages, moved],
      `${SET}, reindex i`,
      "it must move to another tablespace",
    ],
    [
      "but not for a comment",
      { comment: "c" },
      [{ field: "comment", declared: "c" }],
      "COMMENT ON INDEX i IS 'c'",
      "every difference can be altered in place",
    ],
  ])("%s", async (_title, args, differences, short, why) => {
    const { canonical } = liveIndex();
    const live = liveIndex({ name: "i", canonical: { ...canonical, accessMethod: "brin" } });
    const desired = await declare({ ...BASE, ...brin, ...args });
    const decided = planFor(situation({ kind: "alterable", live, differences }), desired, "update");
    expect(inShort(decided)).toBe(short);
    const { steps } = decided as Extract<typeof decided, { kind: "steps" }>;
    expect(steps.at(-1)?.why).toBe(why);
  });
});

describe("the mark of the owner is written to an index that lacks it", () => {
  const missingMark: OwnershipMark = {
    label: "app/prod, mine",
    stack: "s",
    urn: "u",
    id: "1",
    database: "d",
    origin: "adopted",
  };
  const MARK = "managed by Pulumi: app/prod, mine [pgindex 1 adopted stack=s urn=u id=1 db=d]";
  const MARKED = `COMMENT ON INDEX i IS '${MARK}'`;
  const live = liveIndex({ name: "i" });
  const commented: Difference = { field: "comment", declared: "c" };

  test.each<[title: string, verdict: Verdict, more: Partial<Situation>, expected: string]>([
    ["as declared", { kind: "same", live }, {}, `adopt, ${MARKED}`],
    ["before a rebuild", { kind: "same", live }, { rebuild: "why" }, `${MARKED}, reindex i`],
    [
      "after what is altered",
      { kind: "alterable", live, differences: [FILLFACTOR] },
      {},
      `ALTER INDEX i RESET (fillfactor), ${MARKED}`,
    ],
    [
      "with the comment, once",
      { kind: "alterable", live, differences: [commented] },
      {},
      MARKED.replace("'", "'c\n"),
    ],
  ])("%s", async (_title, verdict, more, expected) => {
    const { differences = [] } = verdict as { differences?: readonly Difference[] };
    const comment = differences.includes(commented) ? "c" : undefined;
    const desired = await declare({ ...BASE, comment });
    const seen = situation(verdict, { missingMark, ...more });
    expect(inShort(planFor(seen, desired, "update"))).toBe(expected);
  });

  const ALIASES = ", whose delete will keep it; if that is this resource under its former name, ";
  test.each<[title: string, former: Partial<OwnershipMark>, told: string]>([
    ["which another stack had", { stack: "t", urn: "v" }, ""],
    ["which the same resource had", { origin: "built" }, ""],
    [
      "which another resource of the stack had",
      { urn: "v", label: "app/prod, former" },
      `; until now it belonged to app/prod, former${ALIASES}` +
        'the option aliases: [{ name: "former" }] spares both',
    ],
  ])("and says who had it: %s", async (_title, former, told) => {
    const verdict = {
      kind: "same",
      live: liveIndex({ name: "i", mark: { ...missingMark, ...former } }),
    } as const;
    const decided = planFor(situation(verdict, { missingMark }), await declare(BASE), "create");
    expect(decided).toMatchObject({
      steps: [{}, { why: `its comment names its owner: ${missingMark.label}${told}` }],
    });
  });
});
