// What a policy makes of a hazard, and what is refused as a policy.
import { describe, expect, test } from "vitest";
import { foreseePermitted } from "../../../providers/pgindex/src/engine/foresight/server/permitted.ts";
import {
  hazard,
  judgedHazardSchema,
} from "../../../providers/pgindex/src/engine/hazards/hazard.ts";
import {
  HAZARD_KINDS,
  type HazardCode,
} from "../../../providers/pgindex/src/engine/hazards/hazardKinds.ts";
import { judge } from "../../../providers/pgindex/src/engine/hazards/policy.ts";
import {
  deniedAdvice,
  hazardLine,
  severityOf,
} from "../../../providers/pgindex/src/engine/hazards/policyMessages.ts";
import type {
  HazardPolicy,
  Policies,
} from "../../../providers/pgindex/src/engine/hazards/rules.ts";
import { stageOf } from "../../../providers/pgindex/src/engine/hazards/stage.ts";
import { MINIMAL, problemsOf } from "../../support/declare/minimalIndex.ts";

const LAG = hazard("replica-lag", { object: "eu", message: "eu lags by 2 min" });
const SAME = hazard("same-index", { object: "public.i", message: "i is the same" });

const rule = (action: "allow" | "warn" | "deny", more: object = {}): HazardPolicy => ({
  "replica-lag": { action, ...more },
  "same-index": { action, ...more },
});
const why = (expires?: string) => ({
  reason: "known",
  ...(expires === undefined ? {} : { expires }),
});

type Row = readonly [
  title: string,
  policies: Partial<Policies>,
  action: string,
  note: string | undefined,
];
const ROWS: readonly Row[] = [
  ["nothing is decided", {}, "warn", undefined],
  [
    "the Connection decides",
    { connection: rule("deny") },
    "deny",
    "of the Connection or the stack",
  ],
  [
    "the resource goes first",
    { connection: rule("deny"), resource: rule("warn") },
    "warn",
    undefined,
  ],
  [
    "the resource denies",
    { resource: rule("deny", why()) },
    "deny",
    'resource\'s hazards deny it ("known")',
  ],
  ["with a reason", { resource: rule("allow", why()) }, "allow", '"known"'],
  [
    "until today",
    { resource: rule("allow", why("2026-11-29")) },
    "allow",
    '"known" until 2026-11-29',
  ],
  [
    "until yesterday",
    { resource: rule("allow", why("2026-11-28")) },
    "warn",
    'its exception "allow" ("known") expired on 2026-11-28',
  ],
  [
    "until yesterday, and the Connection decides too",
    { resource: rule("allow", why("2026-11-28")), connection: rule("deny") },
    "deny",
    "deny it; its exception",
  ],
];

test.each(ROWS)("%s", (_title, policies, action, note) => {
  const judged = judge(LAG, { isProduction: false, ...policies }, "2026-11-29");
  expect(judged.action).toBe(action);
  if (note === undefined) expect(judged.note).toBeUndefined();
  else expect(judged.note).toContain(note);
  expect(judgedHazardSchema.parse(JSON.parse(JSON.stringify(judged)))).toEqual(judged);
});

test("production is stricter with some, unless somebody has decided", () => {
  const isProduction = true;
  expect(judge(LAG, { isProduction }).action).toBe("warn");
  expect(judge(SAME, { isProduction })).toMatchObject({
    action: "deny",
    note: "it is denied in production",
  });
  expect(judge(SAME, { isProduction, connection: rule("warn") }).action).toBe("warn");
});

test.each(
  Object.entries(HAZARD_KINDS).flatMap(([code, { option }]) =>
    option ? [[code as HazardCode, option] as const] : [],
  ),
)("%s is refused, and allowed by %s alone", (code, option) => {
  const found = hazard(code, { object: "app", message: "it is so" });
  const others = { allowPooler: true, allowCorruptingServer: true, acceptDatabase: "app" };
  const judged = (options: Policies["options"]) => judge(found, { isProduction: true, options });
  expect(judged({ ...others, [option]: false })).toMatchObject({ action: "deny" });
  const allowed = judged({ [option]: true });
  expect(allowed).toMatchObject({ severity: "error", action: "allow", note: option });
  expect(hazardLine(allowed)).toBe(`${code}: allowed (${option}): it is so`);
});

test("what a server of 14.0 to 14.3 may do to a build is a hazard of builds there", () => {
  const steps: Parameters<typeof foreseePermitted>[2] = [{ kind: "build" }];
  const codes = (serverVersion: number, of = steps) =>
    foreseePermitted({ isPooled: false, serverVersion }, "app", of).map(({ code }) => code);
  expect([140000, 140003].map((version) => codes(version))).toEqual([
    ["corrupting-server"],
    ["corrupting-server"],
  ]);
  expect([130022, 140004, 180000].flatMap((version) => codes(version))).toEqual([]);
  expect(codes(140003, [])).toEqual([]);
});

test.each([
  ["app/production", "production"],
  ["acme/app/eu-prod", "production"],
  ["app/live", "production"],
  ["live/staging", "other"],
  ["app/reproduction", "other"],
  ["app/delivery", "other"],
  ["app/pr-7", "other"],
])("the stack %s is %s", (stack, stage) => {
  expect(stageOf(stack)).toBe(stage);
});

test("a refusal names each code, why, what to do, and how to allow it", () => {
  const policies = { connection: rule("deny"), isProduction: false };
  const advice = deniedAdvice([judge(LAG, policies), judge(SAME, policies)]);
  expect(advice.what).toBe("refused: eu lags by 2 min; i is the same");
  expect(advice.why).toContain(
    "[replica-lag]; the hazards of the Connection or the stack deny it;",
  );
  expect(advice.why).toContain("[same-index]");
  expect(advice.fix).toBe(`${LAG.fix}; ${SAME.fix}`);
  expect(advice.otherwise).toContain(
    'hazards: { "replica-lag": { action: "warn", reason: "…", expires: "YYYY-MM-DD" }, "same-index": {',
  );
  expect(advice.code).toBe("replica-lag");
});

test("a line is as loud as its hazard, unless it is allowed", () => {
  const hot = hazard("ends-hot-updates", { object: "public.t", message: "98 % are HOT" });
  const allowed = judge(LAG, { resource: rule("allow", why()), isProduction: false });
  const all = [judge(LAG, { isProduction: false }), judge(hot, { isProduction: false }), allowed];
  expect(all.map(hazardLine)).toEqual([
    `replica-lag: eu lags by 2 min: ${LAG.fix}`,
    `ends-hot-updates: 98 % are HOT: ${hot.fix}`,
    'replica-lag: allowed ("known"): eu lags by 2 min',
  ]);
  expect(all.map((each) => severityOf(hazardLine(each), [each]))).toEqual([
    "warning",
    "info",
    "info",
  ]);
});

describe("what is no policy is refused", () => {
  test.each<[hazards: unknown, problem: string]>([
    [{ "old-transactions": "deny" }, "hazards.old-transactions: is no hazard's code"],
    [{ "name-taken": "allow" }, "hazards.name-taken: is always refused"],
    [{ pooler: "allow" }, "hazards.pooler: is not decided here"],
    [{ "old-transaction": "refuse" }, "hazards.old-transaction: is not one of the three"],
    [{ "old-transaction": 5 }, "hazards.old-transaction: is neither an action nor an exception"],
    [{ "old-transaction": { action: "allow" } }, "hazards.old-transaction.reason: is missing"],
    [
      { "old-transaction": { action: "allow", reason: "" } },
      "hazards.old-transaction.reason: is empty",
    ],
    [
      { "old-transaction": { action: "warn", reason: "x", expires: "2026-02-30" } },
      "hazards.old-transaction.expires: is not a day",
    ],
    ["deny", "hazards: "],
  ])("%j", async (hazards, problem) => {
    const [told = "", ...more] = await problemsOf({ ...MINIMAL, hazards });
    expect(told).toContain(problem);
    expect(more).toEqual([]);
  });
});
