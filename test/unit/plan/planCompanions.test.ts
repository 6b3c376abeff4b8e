import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../providers/pgindex/src/engine/compare/differences.ts";
import {
  isSettled,
  type Situation,
} from "../../../providers/pgindex/src/engine/situation/situation.ts";
import { declare, liveIndex } from "../../support/engine/engine.ts";
import { type Intent, inShort, planFor, situation } from "../../support/engine/situation.ts";

const desired = await declare({ table: "m", name: "i", columns: ["state"] });
let lastOid = 16400;
const named = (name: string) => {
  lastOid += 1;
  return liveIndex({ name, oid: lastOid });
};
const live = named("i");

const VERDICTS = {
  absent: { kind: "absent" },
  same: { kind: "same", live },
  alterable: {
    kind: "alterable",
    live,
    differences: [{ field: "storageParameters", live: { fillfactor: "70" } }],
  },
  different: {
    kind: "different",
    live,
    differences: [{ field: "unique", live: "true" }],
  },
  invalid: { kind: "invalid", live: liveIndex({ name: "i", valid: false }), differences: [] },
  dropping: { kind: "dropping", live: liveIndex({ name: "i", live: false }) },
  otherRelation: { kind: "otherRelation", relationKind: "view" },
  otherTable: { kind: "otherTable", live: liveIndex({ name: "i", table: "other" }) },
} as const satisfies Record<string, Verdict>;

const next = named("i_pgindex_new");
const COMPANIONS = {
  nothing: {},
  "a replacement that is built": { next: { live: next, isDeclared: true, isUnfinished: false } },
  "a replacement that is no use": { next: { live: next, isDeclared: false, isUnfinished: false } },
  "what was swapped out": { retired: named("i_pgindex_old") },
  "its earlier self": { misplaced: { live: named("earlier"), differences: [] } },
  "a wish to rebuild": { rebuild: "the trigger has changed" },
  "leftovers of REINDEX": { leftovers: [named("i_ccnew"), named("i_ccold1")] },
  everything: {
    next: { live: next, isDeclared: true, isUnfinished: false },
    retired: named("i_pgindex_old"),
    misplaced: { live: named("earlier"), differences: [] },
    rebuild: "the trigger has changed",
    leftovers: [named("i_ccnew")],
  },
} as const satisfies Record<string, Partial<Situation>>;

type Outcomes = Record<keyof typeof COMPANIONS, string>;

const RESET = "ALTER INDEX i RESET (fillfactor)";
const SWAP = "i -> i_pgindex_old; i_pgindex_new -> i, drop i_pgindex_old";
const BUILD_BESIDE = `build i_pgindex_new, ${SWAP}`;
const AGAIN = "drop i, build i";

/** What an interrupted drop or REINDEX left goes first, and last what the plan has no use for. */
function dropping(outcome: string): Outcomes {
  return {
    nothing: outcome,
    "a replacement that is built": `${outcome}, drop i_pgindex_new`,
    "a replacement that is no use": `${outcome}, drop i_pgindex_new`,
    "what was swapped out": `drop i_pgindex_old, ${outcome}`,
    "its earlier self": `${outcome}, drop earlier`,
    "a wish to rebuild": outcome,
    "leftovers of REINDEX": `drop i_ccnew, drop i_ccold1, ${outcome}`,
    everything: `drop i_pgindex_old, drop i_ccnew, ${outcome}, drop i_pgindex_new, drop earlier`,
  };
}

function always(outcome: string): Outcomes {
  const rows = Object.keys(COMPANIONS).map((companion) => [companion, outcome]);
  return Object.fromEntries(rows) as Outcomes;
}

const REFUSED = always("refused: index public.i on public.m exists with another definition");

const EITHER: Record<Exclude<keyof typeof VERDICTS, "different" | "alterable">, Outcomes> = {
  absent: {
    ...dropping("build i"),
    "a replacement that is built": "i_pgindex_new -> i",
    "a replacement that is no use": "drop i_pgindex_new, build i",
    "its earlier self": "earlier -> i",
    everything: "drop i_pgindex_old, drop i_ccnew, drop i_pgindex_new, earlier -> i, reindex i",
  },
  same: {
    ...dropping("adopt"),
    "a wish to rebuild": "reindex i",
    everything: "drop i_pgindex_old, drop i_ccnew, reindex i, drop i_pgindex_new, drop earlier",
  },
  invalid: dropping(AGAIN),
  dropping: dropping(AGAIN),
  otherRelation: always("cannot build index public.i on public.m: a view has that name"),
  otherTable: always(
    "cannot build index public.i on public.m: table public.other has an index with that name",
  ),
};

const EXPECTED: Record<Intent, Record<keyof typeof VERDICTS, Outcomes>> = {
  create: { ...EITHER, different: REFUSED, alterable: REFUSED },
  update: {
    ...EITHER,
    alterable: {
      ...dropping(RESET),
      "a wish to rebuild": `${RESET}, reindex i`,
      everything:
        `drop i_pgindex_old, drop i_ccnew, ${RESET}, reindex i, ` +
        "drop i_pgindex_new, drop earlier",
    },
    different: {
      ...dropping(BUILD_BESIDE),
      "a replacement that is built": SWAP,
      "a replacement that is no use": `drop i_pgindex_new, ${BUILD_BESIDE}`,
      everything: `drop i_pgindex_old, drop i_ccnew, ${SWAP}, drop earlier`,
    },
  },
};

const keys = <T extends object>(of: T) => Object.keys(of) as (keyof T)[];
const ROWS = keys(EXPECTED).flatMap((intent) =>
  keys(VERDICTS).flatMap((verdict) =>
    keys(COMPANIONS).map((beside) => [intent, verdict, beside] as const),
  ),
);

describe("each verdict, with what stands beside it", () => {
  test.each(ROWS)("to %s: %s, beside %s", (intent, verdict, beside) => {
    const seen = situation(VERDICTS[verdict], COMPANIONS[beside]);
    expect(inShort(planFor(seen, desired, intent))).toBe(EXPECTED[intent][verdict][beside]);
  });

  test.each(ROWS)("to %s: whether %s is settled, beside %s", (_, verdict, beside) => {
    const seen = situation(VERDICTS[verdict], COMPANIONS[beside]);
    expect(isSettled(seen)).toBe(verdict === "same" && beside === "nothing");
  });
});

test("every step says why", () => {
  for (const [intent, verdict, beside] of ROWS) {
    const made = planFor(situation(VERDICTS[verdict], COMPANIONS[beside]), desired, intent);
    const whys = made.kind === "steps" ? made.steps.map(({ why }) => why) : [made.advice.why];
    for (const why of whys) expect(why).toMatch(/\S/);
  }
});

test("why it is rebuilt is told", () => {
  const seen = situation(VERDICTS.same, COMPANIONS["a wish to rebuild"]);
  expect(planFor(seen, desired, "update")).toMatchObject({
    steps: [{ kind: "reindex", why: "the trigger has changed" }],
  });
});
