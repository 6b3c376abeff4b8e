import pulumi from "@pulumi/pulumi";
import { PromotionGate, type PromotionGateArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { foundAs, RECORDED } from "../support/promote/provedIndex.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const args = { table: "t", name: "t_idx", columns: ["a"] };
const STATEMENT = 'CREATE INDEX CONCURRENTLY "t_idx" ON "public"."t" USING "btree" ("a")';
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const proved = () => ({
  statement: STATEMENT,
  valid: true,
  validSince: hoursAgo(26.5),
  trafficScans: 7,
  verifiedAt: hoursAgo(1),
  isExact: true,
  isToldApart: true,
  recorded: RECORDED,
  found: foundAs("public.t_idx"),
  queries: [
    { name: "by a", usesIndex: true, planType: "Index Scan", executionMs: 4, beforeMs: 200 },
  ],
});
let staging: TestStack;
let production: TestStack;
/** What staging exports: each kind of evidence under its name, so that one `up` does for all. */
let exported: Record<string, unknown>;
/** The name of what production looks at. */
let looksAt = "everything met";
let settings: Partial<PromotionGateArgs> = {};
/** Every condition there is. */
const ALL = {
  soak: "25h",
  minimumScans: 7,
  planTypes: { "by a": ["Index Scan"] as const },
  maximumMs: 4,
  maximumSlowdown: 1,
};

beforeAll(async () => {
  exported = {
    "no scan": { "public.t_idx": { ...proved(), trafficScans: 0 } },
    "everything met": { "public.t_idx": proved() },
  };
  staging = await createStack(async () => exported, { backend, name: "staging" });
  await staging.up();
  production = await createStack(
    async () => {
      const stagingStack = new pulumi.StackReference("organization/tests/staging");
      new PromotionGate("gate", {
        indexes: [args],
        evidence: stagingStack.getOutput(looksAt),
        ...settings,
      });
    },
    { backend, name: "production" },
  );
});

/** Pulumi counts a stack reference whose outputs are others as read, which is no change. */
async function expectNothingToDo(): Promise<void> {
  const { read: _, ...changes } = (await production.preview()).changes;
  expect(Object.keys(changes)).toEqual(["same"]);
}

test("production is refused in preview, by exactly what is missing", async () => {
  looksAt = "no scan";
  const errors = errorsOf(await failureOf(production.preview()), "gate");
  expect(errors).toContain("refused: public.t_idx has not been proved on the other stack yet");
  expect(errors.match(/missing: /g)).toHaveLength(1);
  expect(errors).toMatch(/traffic has scanned it 0 times there, 1 wanted/);
  expect(errors).toContain("fix: wait until nothing is missing");
  expect(production.resources()).toEqual([]);
});

describe("a stack that does not exist", () => {
  test("is a missing proof, with advice, and not an error of a StackReference", async () => {
    settings = { evidence: undefined, stack: "nowhere" };
    const errors = errorsOf(await failureOf(production.preview()), "gate");
    expect(errors).toMatch(
      /not been proved by the stack organization\/tests\/nowhere yet\n.*missing: there is no stack organization\/tests\/nowhere: correct its name/,
    );
    settings = { ...settings, override: "there is no staging yet" };
    await production.preview();
    settings = {};
  });

  test("one that has no evidence is told so, and one that has is read", async () => {
    settings = { evidence: undefined, stack: "organization/tests/staging" };
    const errors = errorsOf(await failureOf(production.preview()), "gate");
    expect(errors).toMatch(/by the stack organization\/tests\/staging yet\n.*has no such index/);
    exported = { ...exported, evidence: pulumi.secret({ "public.t_idx": proved() }) };
    await staging.up();
    settings = { evidence: undefined, stack: "staging" };
    await production.preview();
    settings = {};
  });
});

describe("once everything is there", () => {
  test("production passes, and its second preview is empty", async () => {
    looksAt = "everything met";
    settings = ALL;
    await production.up();
    settings = {};
    await production.up();
    expect(production.resource("gate").outputs).toMatchObject({ overridden: null });
    expect(Object.keys((await production.preview()).changes)).toEqual(["same"]);
  });

  test("what was measured since in staging changes nothing in production", async () => {
    exported = {
      ...exported,
      "everything met": { "public.t_idx": { ...proved(), trafficScans: 1000 } },
    };
    await staging.up();
    await expectNothingToDo();
  });

  test("what was promoted once is not asked again when staging is torn down", async () => {
    await staging.destroy();
    await expectNothingToDo();
  });
});
