import { describe, expect, test } from "vitest";
import { definitionId } from "../../../providers/pgindex/src/engine/promote/evidence.ts";
import {
  type GateMemory,
  judgeGate,
  type Promoted,
  recordPass,
  refusal,
} from "../../../providers/pgindex/src/engine/promote/gate.ts";
import type { ParsedOverride } from "../../../providers/pgindex/src/engine/promote/override.ts";
import { foundAs, RECORDED, THERE } from "../../support/promote/provedIndex.ts";

const AT = "2026-11-22T12:00:00.000Z";
const LATER = "2026-12-01T00:00:00.000Z";

/** A gate that has let nothing pass yet. */
const NEW = { before: [], spent: [] };

const a = { schema: "public", name: "a_idx", statement: "CREATE INDEX a" };
const b = { schema: "public", name: "b_idx", statement: "CREATE INDEX b" };
const proved = (statement: string) => ({
  statement,
  valid: true,
  validSince: "2026-01-01T00:00:00Z",
  verifiedAt: "2026-02-01T00:00:00Z",
  trafficScans: 5,
  recorded: RECORDED,
  found: foundAs("public.a_idx"),
  queries: [{ name: "q", usesIndex: true, planType: "Index Scan" }],
});
const gate = {
  soak: "24h",
  soakMs: 86_400_000,
  minimumScans: 1,
  maximumSlowdown: 2,
  evidence: { "public.a_idx": proved(a.statement) },
};

describe("each index is judged by itself", () => {
  test("and only what is not proved is refused", () => {
    const { promoted, refused } = judgeGate(gate, [a, b], NEW);
    expect(promoted).toEqual([{ ...a, database: THERE }]);
    expect(refused).toMatchObject([{ requirement: b, conditions: [{ name: "evidence" }] }]);
  });

  test("what went through once is not asked again, nor judged by an override's reason", () => {
    const waived: Promoted = { ...b, waived: ["soak"] };
    const found = judgeGate({ ...gate, evidence: {}, override: "x" }, [a, b], {
      ...NEW,
      before: [a, waived],
    });
    expect(found).toEqual({ promoted: [a, waived], refused: [] });
  });

  test("a changed definition is asked for again", () => {
    const changed = { ...a, statement: "CREATE INDEX a2" };
    const { refused } = judgeGate(gate, [changed], { ...NEW, before: [a] });
    expect(refused).toMatchObject([{ conditions: [{ name: "definition", isMet: false }] }]);
  });

  test("an override lets through, and names each condition that was not met once", () => {
    const evidence = {
      "public.a_idx": { ...proved(a.statement), valid: false, queries: [], trafficScans: 0 },
    };
    const planTypes = { q: ["Index Scan" as const], r: ["Index Scan" as const] };
    const { promoted } = judgeGate({ ...gate, evidence, planTypes, override: "x" }, [a], NEW);
    const waived = ["valid", "plan", "scans"];
    expect(promoted).toEqual([{ ...a, database: THERE, waived, reason: "x" }]);
  });

  test("an override that is not needed waives nothing", () => {
    const { promoted } = judgeGate({ ...gate, override: "x" }, [a], NEW);
    expect(promoted).toEqual([{ ...a, database: THERE }]);
  });

  test("a stack that cannot be read is the one thing that is missing", () => {
    const unreadable = "there is no stack organization/p/staging";
    const found = judgeGate({ ...gate, unreadable }, [a], NEW);
    expect(found.refused[0]?.conditions).toEqual([
      { name: "evidence", isMet: false, text: unreadable },
    ]);
    expect(judgeGate({ ...gate, unreadable, override: "x" }, [a], NEW).refused).toEqual([]);
  });
});

describe("an override is for one definition, and ends with it", () => {
  const evidence = { "public.a_idx": { ...proved(a.statement), trafficScans: 0 } };
  const changed = { ...a, statement: "CREATE INDEX a2" };
  const override = {
    index: "public.a_idx",
    definition: definitionId(a.statement),
    waives: ["scans" as const],
    reason: "hotfix",
  };
  const judged = (given: ParsedOverride, asked: readonly (typeof a)[], memory: GateMemory = NEW) =>
    judgeGate({ ...gate, evidence, override: given }, asked, memory);

  test("it lets that definition pass, with its reason", () => {
    expect(judged(override, [a]).promoted).toEqual([
      { ...a, database: THERE, waived: ["scans"], reason: "hotfix" },
    ]);
    expect(judged([{ ...override, index: undefined }], [a]).refused).toEqual([]);
  });

  const refusals: [title: string, given: ParsedOverride, asked: typeof a, why: RegExp][] = [
    [
      "another definition",
      override,
      changed,
      /^override is for the definition \w{12}, not \w{12}$/,
    ],
    ["more than it names", { ...override, waives: ["soak"] }, a, /^override does not waive scans$/],
  ];
  test.each(refusals)("it does not waive %s", (_title, given, asked, why) => {
    expect(judged(given, [asked]).refused).toMatchObject([{ why: expect.stringMatching(why) }]);
  });

  test("it does not waive another index", () => {
    const [refused] = judged(override, [b]).refused;
    expect(refused).toMatchObject({ requirement: b, why: undefined });
  });

  test("a reason alone is for the first definition that needs it, and for one", () => {
    const { promoted } = judged("hotfix", [a]);
    expect(promoted).toMatchObject([{ waived: ["scans"], reason: "hotfix" }]);
    const memory = { before: promoted, spent: ["hotfix"] };
    expect(judged("hotfix", [a], memory).promoted).toEqual(promoted);
    expect(judged("hotfix", [changed], memory).refused).toMatchObject([
      { why: "override has this reason for another definition already" },
    ]);
    expect(judged("again", [changed], memory).refused).toEqual([]);
    expect(judged("hotfix", [a, b]).refused).toMatchObject([
      { why: "override is a reason alone, and 2 definitions need one" },
      { requirement: b },
    ]);
  });

  test("a reason alone does not make this stack's own database another's", () => {
    const memory = { ...NEW, here: THERE };
    expect(judged("hotfix", [a], memory).refused).toMatchObject([
      { why: "override is a reason alone, which waives no database" },
    ]);
    const waives = ["scans" as const, "database" as const];
    const [passed] = judged({ ...override, waives }, [a], memory).promoted;
    expect(passed).toMatchObject({ waived: ["database", "scans"] });
    expect(passed).not.toHaveProperty("database");
  });
});

test("a refusal without a stack speaks of the other one", () => {
  const refused = { requirement: b, conditions: [] };
  expect(refusal(refused, undefined)).toMatch(
    /^refused: .* not been proved on the other stack yet/,
  );
});

test("a refusal says why an override does not waive it", () => {
  const refused = { requirement: b, conditions: [], why: "override is for another definition" };
  expect(refusal(refused, undefined)).toContain(
    "\n  why:     override is for another definition\n",
  );
});

test("a refusal lists what is met, then what is missing", () => {
  const [refused] = judgeGate({ ...gate, minimumScans: 9 }, [a], NEW).refused;
  if (!refused) throw new Error("it was let through");
  expect(refusal(refused, "organization/p/staging").split("\n")).toEqual([
    "refused: public.a_idx has not been proved by the stack organization/p/staging yet",
    "  met:     it has the same definition there",
    "  met:     it is valid there",
    '  met:     plans there use it: "q" by Index Scan',
    "  met:     it has soaked 24h",
    expect.stringMatching(/^ {2}missing: traffic has scanned it 5 times there, 9 wanted: let/),
    "  fix: wait until nothing is missing, then run this again",
    expect.stringMatching(
      /^ {2}or: {2}waive .*: pulumi config set pgindex:override '\{"index":"public.a_idx","def/,
    ),
  ]);
});

describe("what is recorded", () => {
  const waived: Promoted = { ...b, waived: ["scans", "soak"] };
  const first = recordPass([a, waived], "hotfix", {}, AT);
  const use = { at: AT, reason: "hotfix", index: "public.b_idx", waived: ["scans", "soak"] };

  test("is when it passed, and each use of an override", () => {
    expect(first).toEqual({
      schemaVersion: 1,
      passedAt: AT,
      overridden: "hotfix",
      overrides: [use],
      statements: [a.statement, b.statement],
    });
  });

  test("is the database that each was proved in", () => {
    const { proofs } = recordPass([{ ...a, database: THERE }, b], undefined, {}, AT);
    expect(proofs).toEqual([{ statement: a.statement, database: THERE }]);
    expect(first).not.toHaveProperty("proofs");
  });

  test("is no override where none was needed", () => {
    expect(recordPass([a], "hotfix", {}, AT)).toMatchObject({ overridden: null, overrides: [] });
  });

  test("stays when the override leaves the configuration, and the index too", () => {
    expect(recordPass([a, waived], undefined, first, LATER)).toEqual(first);
    expect(recordPass([a], undefined, first, LATER)).toEqual({
      ...first,
      statements: [a.statement],
    });
  });

  test("grows with the next index that passes", () => {
    const c = { ...a, name: "c_idx", statement: "CREATE INDEX c" };
    expect(recordPass([a, waived, c], undefined, first, LATER)).toMatchObject({
      passedAt: LATER,
      overridden: "hotfix",
      overrides: [use],
    });
    const next = recordPass([a, waived, { ...c, waived: ["soak"] }], "again", first, LATER);
    expect(next).toMatchObject({
      overridden: "again",
      overrides: [use, { at: LATER, reason: "again", index: "public.c_idx", waived: ["soak"] }],
    });
  });

  test("of an older release is kept as it is", () => {
    const old = { schemaVersion: 1, passedAt: AT, overridden: "long ago" };
    expect(recordPass([a], undefined, old, LATER)).toMatchObject({
      passedAt: AT,
      overridden: "long ago",
      overrides: [],
    });
    expect(recordPass([a, waived], "hotfix", old, LATER)).toMatchObject({
      passedAt: LATER,
      overridden: "hotfix",
    });
  });
});
