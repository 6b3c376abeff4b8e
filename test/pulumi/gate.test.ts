import pulumi from "@pulumi/pulumi";
import { PromotionGate, type PromotionGateArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { args, proved } from "../provider/gateCases.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
let staging: TestStack;
let production: TestStack;
/** What staging exports: each kind of evidence under its name, so that one `up` does for all. */
let exported: Record<string, unknown> = {
  "everything met": { "public.t_idx": proved() },
};
/** Production's gates, so that one command asks them all. */
let gates: (staging: pulumi.StackReference) => Record<string, Partial<PromotionGateArgs>>;

beforeAll(async () => {
  staging = await createStack(async () => exported, { backend, name: "staging" });
  await staging.up();
  production = await createStack(
    async () => {
      const reference = new pulumi.StackReference("organization/tests/staging");
      for (const [name, asks] of Object.entries(gates(reference)))
        new PromotionGate(name, { indexes: [args], ...asks });
    },
    { backend, name: "production" },
  );
});

/** Pulumi counts a stack reference whose outputs are others as read, which is no change. */
async function expectNothingToDo(): Promise<void> {
  const { read: _, ...changes } = (await production.preview()).changes;
  expect(Object.keys(changes)).toEqual(["same"]);
}

describe("production is refused in preview", () => {
  async function refusal(asks: Partial<PromotionGateArgs>) {
    gates = () => ({ gate: asks });
    const failed = await failureOf(production.preview());
    expect(production.resources()).toEqual([]);
    return errorsOf(failed, "gate");
  }

  test("for a stack that does not exist, by advice, and not by an error of a StackReference", async () => {
    expect(await refusal({ stack: "nowhere" })).toMatch(
      /not been proved by the stack organization\/tests\/nowhere yet\n.*missing: there is no stack organization\/tests\/nowhere: correct its name/,
    );
  });

  test("for a stack without evidence", async () => {
    expect(await refusal({ stack: "organization/tests/staging" })).toMatch(
      /by the stack organization\/tests\/staging yet\n.*has no such index/,
    );
  });
});

describe("once everything is there", () => {
  test("production passes, by an override and by a stack's name too", async () => {
    exported = { ...exported, evidence: pulumi.secret({ "public.t_idx": proved() }) };
    await staging.up();
    gates = (reference) => ({
      // With every condition there is.
      met: {
        evidence: reference.getOutput("everything met"),
        soak: "25h",
        minimumScans: 7,
        planTypes: { "by a": ["Index Scan"] },
        maximumMs: 4,
        maximumSlowdown: 1,
      },
      nowhere: { stack: "nowhere", override: "there is no staging yet" },
      staging: { stack: "staging" },
    });
    await production.up();
    expect(production.resource("met").outputs).toMatchObject({ overridden: null });
  });

  test("the second preview is empty, whatever was measured since in staging", async () => {
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
