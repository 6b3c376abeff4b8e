import ms from "ms";
import { z } from "zod";
import { duration } from "./duration";
import { indexSchema } from "./schemas";
import { wrong } from "./wrong";

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
