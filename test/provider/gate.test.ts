import type { PromotionGateArgs } from "pulumi-pgindex";
import { describe, expect, test } from "vitest";
import { args, missing, proved } from "./gateCases.ts";
import { oneProvider, Resource, refusalOf } from "./resource.ts";

/** Every condition there is. */
const ALL = {
  soak: "25h",
  minimumScans: 7,
  planTypes: { "by a": ["Index Scan"] as const },
  maximumMs: 4,
  maximumSlowdown: 1,
};

type Asked = Partial<PromotionGateArgs>;
const open = oneProvider({});
const gate = () => new Resource("gate", open);
const asks = (evidence: unknown, asked: Asked = {}) => ({ indexes: [args], evidence, ...asked });
const everythingMet = { "public.t_idx": proved() };
const nothingMet = () => missing.at(-1)?.evidence();

describe("production is refused in preview, by exactly what is missing", () => {
  test.for(missing)("$what", async ({ evidence, asked, lines }) => {
    const production = gate();
    const errors = await refusalOf(production.preview(asks(evidence(), asked)));
    expect(errors).toContain("refused: public.t_idx has not been proved on the other stack yet");
    expect(errors.match(/missing: /g)).toHaveLength(lines.length);
    for (const line of lines) expect(errors).toMatch(line);
    expect(errors).toContain("fix: wait until nothing is missing");
    expect(production.state).toBeUndefined();
  });
});

describe("an override", () => {
  const reason = "hotfix, agreed with the on-call engineer";
  const production = gate();

  test("lets production pass, and is recorded with its reason and what it waived", async () => {
    const asked = asks(nothingMet(), { override: reason });
    await production.up(asked);
    expect(production.outputs).toMatchObject({
      overridden: reason,
      passedAt: expect.stringMatching(/^\d{4}-/),
      overrides: [{ reason, index: "public.t_idx", waived: ["valid", "plan", "scans", "soak"] }],
    });
    expect((await production.preview(asked)).change).toBe("same");
  });

  test("stays on record when it leaves the configuration", async () => {
    const { passedAt, overrides } = production.outputs;
    const asked = asks(nothingMet());
    await production.up(asked);
    expect(production.outputs).toMatchObject({ passedAt, overridden: reason, overrides });
    expect((await production.preview(asked)).change).toBe("same");
    await production.destroy();
  });
});

describe("once everything is there", () => {
  const production = gate();

  test("production passes, and its second preview is empty", async () => {
    await production.up(asks(everythingMet, ALL));
    await production.up(asks(everythingMet));
    expect(production.outputs).toMatchObject({ overridden: null });
    expect((await production.preview(asks(everythingMet))).change).toBe("same");
  });

  test("what was promoted once is not asked again, whatever the evidence is now", async () => {
    const later = { "public.t_idx": { ...proved(), trafficScans: 1000 } };
    for (const evidence of [later, undefined])
      expect((await production.preview(asks(evidence))).change).toBe("same");
  });

  test("a longer soak does not undo it, a new index is asked for", async () => {
    await production.preview(asks(undefined, { soak: "48h" }));
    const indexes = [args, { ...args, name: "t2_idx" }];
    const errors = await refusalOf(production.preview(asks(undefined, { indexes })));
    expect(errors).toContain("refused: public.t2_idx has not been proved");
    expect(errors).not.toContain("public.t_idx");
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
  test.for(wrong)("$what", async ({ settings, error }) => {
    expect(await refusalOf(gate().preview(asks(everythingMet, settings)))).toMatch(error);
  });
});
