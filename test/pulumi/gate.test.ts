import pulumi from "@pulumi/pulumi";
import { PromotionGate, type PromotionGateArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
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
  validSince: hoursAgo(25),
  trafficScans: 7,
  verifiedAt: hoursAgo(1),
  isExact: true,
  queries: [
    { name: "by a", usesIndex: true, planType: "Index Scan", executionMs: 4, beforeMs: 200 },
  ],
});
const query = (change: object) => ({
  "public.t_idx": { ...proved(), queries: [{ ...proved().queries[0], ...change }] },
});

interface Unmet {
  readonly what: string;
  readonly evidence: () => unknown;
  /** Beside the defaults. */
  readonly asked?: Partial<PromotionGateArgs>;
  readonly lines: readonly RegExp[];
}

const missing: readonly Unmet[] = [
  { what: "no evidence", evidence: () => undefined, lines: [/has no such index: run pulumi up/] },
  {
    what: "another index",
    evidence: () => ({ "public.other": proved() }),
    lines: [/no such index/],
  },
  {
    what: "another definition",
    evidence: () => ({ "public.t_idx": { ...proved(), statement: "CREATE INDEX other" } }),
    lines: [/has another definition \(CREATE INDEX other\): run pulumi up there/],
  },
  {
    what: "an INVALID index",
    evidence: () => ({ "public.t_idx": { ...proved(), valid: false } }),
    lines: [/it is not valid there/],
  },
  {
    what: "no plan that uses it",
    evidence: () => ({
      "public.t_idx": {
        ...proved(),
        queries: [{ name: "by a", usesIndex: false, planType: "Seq Scan" }],
      },
    }),
    lines: [/no measured plan there uses it/],
  },
  {
    what: "no scan",
    evidence: () => ({ "public.t_idx": { ...proved(), trafficScans: 0 } }),
    lines: [/traffic has scanned it 0 times there, 1 wanted/],
  },
  {
    what: "too few scans",
    evidence: () => ({ "public.t_idx": proved() }),
    asked: { minimumScans: 10 },
    lines: [/7 times there, 10 wanted.* enough by \d{4}-/],
  },
  {
    what: "another plan",
    evidence: () => query({ planType: "Bitmap Heap Scan" }),
    asked: { planTypes: ["Index Scan", "Index Only Scan"] },
    lines: [/"by a" is answered by Bitmap Heap Scan there, Index Scan or Index Only Scan wanted/],
  },
  {
    what: "too slow",
    evidence: () => query({ executionMs: 12 }),
    asked: { maximumMs: { "by a": 10 } },
    lines: [/"by a" takes 12 ms there, at most 10 ms wanted/],
  },
  {
    what: "slower than before",
    evidence: () => query({ executionMs: 500 }),
    lines: [/"by a" takes 500 ms there, 200 ms before the build, at most 2 times/],
  },
  {
    what: "no longer possible",
    evidence: () => query({ executionMs: null }),
    lines: [/"by a" took 200 ms before the build there and does not run now/],
  },
  {
    what: "too young",
    evidence: () => ({ "public.t_idx": { ...proved(), validSince: hoursAgo(3.5) } }),
    lines: [
      /it has soaked 3 h 30 min of 24h: 20 h (29|30) min left, until \d{4}-\d\d-\d\dT[\d:]+Z/,
    ],
  },
  {
    what: "everything",
    evidence: () => ({
      "public.t_idx": {
        ...proved(),
        valid: false,
        queries: [],
        trafficScans: 0,
        validSince: hoursAgo(0),
      },
    }),
    lines: [/not valid/, /no measured plan/, /scanned it 0 times/, /soaked .* left/],
  },
];

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
  exported = Object.fromEntries(missing.map(({ what, evidence }) => [what, evidence()]));
  exported["everything met"] = { "public.t_idx": proved() };
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

describe("production is refused in preview, by exactly what is missing", () => {
  test.for(missing)("$what", async ({ what, asked, lines }) => {
    looksAt = what;
    settings = asked ?? {};
    const failed = await failureOf(production.preview());
    const errors = errorsOf(failed, "gate");
    expect(errors).toContain("refused: public.t_idx has not been proved on the other stack yet");
    expect(errors.match(/missing: /g)).toHaveLength(lines.length);
    for (const line of lines) expect(errors).toMatch(line);
    expect(errors).toContain("fix: wait until nothing is missing");
    expect(production.resources()).toEqual([]);
    settings = {};
  });
});

describe("an override", () => {
  const reason = "hotfix, agreed with the on-call engineer";
  const recorded = () => production.resource("gate").outputs;

  test("lets production pass, and is recorded with its reason and what it waived", async () => {
    looksAt = "everything";
    settings = { override: reason };
    await production.up();
    expect(recorded()).toMatchObject({
      overridden: reason,
      passedAt: expect.stringMatching(/^\d{4}-/),
      overrides: [{ reason, index: "public.t_idx", waived: ["valid", "plan", "scans", "soak"] }],
    });
    expect(Object.keys((await production.preview()).changes)).toEqual(["same"]);
  });

  test("stays on record when it leaves the configuration", async () => {
    const { passedAt, overrides } = recorded() ?? {};
    settings = {};
    await production.up();
    expect(recorded()).toMatchObject({ passedAt, overridden: reason, overrides });
    expect(Object.keys((await production.preview()).changes)).toEqual(["same"]);
    await production.destroy();
  });
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

  test("a longer soak does not undo it, a new index is asked for", async () => {
    settings = { soak: "48h" };
    await production.preview();
    settings = { indexes: [args, { ...args, name: "t2_idx" }] };
    const errors = errorsOf(await failureOf(production.preview()), "gate");
    expect(errors).toContain("refused: public.t2_idx has not been proved");
    expect(errors).not.toContain("public.t_idx");
    settings = {};
  });
});

describe("wrong arguments are refused by name", () => {
  const wrong: readonly { what: string; settings: Partial<PromotionGateArgs>; error: RegExp }[] = [
    {
      what: "a soak without a unit",
      settings: { soak: "24" },
      error: /soak is not a length of time/,
    },
    { what: "no index", settings: { indexes: [] }, error: /indexes is empty/ },
    { what: "an empty reason", settings: { override: "" }, error: /override / },
    {
      what: "a wrong declaration",
      settings: { indexes: [{ ...args, columns: [] }] },
      error: /indexes\[0\]\.columns is empty/,
    },
  ];
  test.for(wrong)("$what", async ({ settings: change, error }) => {
    settings = change;
    expect(errorsOf(await failureOf(production.preview()), "gate")).toMatch(error);
  });
});
