import ms, { type StringValue } from "ms";
import { z } from "zod";
import { indexSchema, wrong } from "./schemas";

/** A length of time as people write it: "24h", "30 s", "90m". Gives milliseconds. */
export const duration = z.string().transform((text, ctx) => {
  const value = milliseconds(text);
  if (value !== undefined && value >= 0) return value;
  ctx.addIssue(
    wrong("is not a length of time", 'write a number with a unit, such as "24h" or "30s"'),
  );
  return z.NEVER;
});

/** A number alone would be milliseconds to `ms`, and whoever writes "24" means hours. It throws for texts that are empty or long. */
function milliseconds(text: string): number | undefined {
  if (!/[a-z]/i.test(text) || text.length > 100) return undefined;
  return ms(text as StringValue);
}

const evidence = z.object({
  statement: z.string(),
  valid: z.boolean(),
  validSince: z.string(),
  trafficScans: z.number(),
  queries: z.array(
    z.object({ name: z.string(), usesIndex: z.boolean(), planType: z.string().nullable() }),
  ),
});

/** `PromotionGate` arguments. */
export const gateSchema = z
  .strictObject({
    indexes: z.array(indexSchema).min(1, wrong("is empty", "name the indexes to promote")),
    evidence: z.record(z.string(), evidence).nullish(),
    soak: duration.default(ms("24h")),
    minimumScans: z.number().int().min(0).default(1),
    override: z.string().min(1).optional(),
  })
  .transform(({ soak, ...rest }) => ({ ...rest, soakMs: soak }));

export type ParsedGate = z.output<typeof gateSchema>;
export type GateInputs = z.input<typeof gateSchema>;
