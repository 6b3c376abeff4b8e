import { z } from "zod";
import { indexSchema } from "../declare/indexSchema";
import { PLAN_TYPES } from "../explain/explain";
import { DEFAULT_SOAK, writtenDuration } from "../input/duration";
import { issueMessage } from "../input/parse";

const evidence = z.object({
  statement: z.string(),
  valid: z.boolean(),
  validSince: z.string(),
  trafficScans: z.number(),
  isExact: z.boolean().nullish(),
  verifiedAt: z.string().nullish(),
  queries: z.array(
    z.object({
      name: z.string(),
      usesIndex: z.boolean(),
      planType: z.string().nullable(),
      executionMs: z.number().nullish(),
      beforeMs: z.number().nullish(),
      timedOut: z.boolean().nullish(),
    }),
  ),
});

const planTypes = z.array(z.enum(PLAN_TYPES)).min(1, issueMessage("is empty", "leave it out"));
const milliseconds = z.number().positive();

/** `PromotionGate` arguments. */
export const gateSchema = z
  .strictObject({
    indexes: z.array(indexSchema).min(1, issueMessage("is empty", "name the indexes to promote")),
    stack: z.string().min(1).optional(),
    evidence: z.record(z.string(), evidence).nullish(),
    /** Why `stack` could not be read. */
    unreadable: z.string().nullish(),
    soak: writtenDuration.prefault(DEFAULT_SOAK),
    minimumScans: z.number().int().min(0).default(1),
    planTypes: z.union([planTypes, z.record(z.string(), planTypes)]).optional(),
    maximumMs: z.union([milliseconds, z.record(z.string(), milliseconds)]).optional(),
    maximumSlowdown: z.number().positive().default(2),
    override: z.string().trim().min(1).optional(),
  })
  .transform(({ soak, ...rest }) => ({ ...rest, soak: soak.text, soakMs: soak.ms }));

export type ParsedGate = z.output<typeof gateSchema>;
export type GateInputs = z.input<typeof gateSchema>;
