import { z } from "zod";
import type { RecordedForm } from "../compare/recordedForm";
import type { CanonicalIndex } from "../declare/indexFields";
import { indexSchema } from "../declare/indexSchema";
import { PLAN_TYPES } from "../explain/explain";
import { DEFAULT_SOAK, writtenDuration } from "../input/duration";
import { issueMessage } from "../input/parse";
import { overrideSchema } from "./override";

const database = z.object({
  systemIdentifier: z.string().nullable(),
  oid: z.number(),
  name: z.string(),
  branch: z.string().optional(),
});

const recorded = z.object({
  oid: z.number(),
  canonical: z.custom<RecordedForm>((form) => typeof form === "object" && form !== null),
  database: database.nullish(),
  drift: z.string().nullish(),
});

const found = z.object({
  index: z.string(),
  table: z.string(),
  oid: z.number(),
  definition: z.string(),
  canonical: z.custom<CanonicalIndex>((form) => typeof form === "object" && form !== null),
  database,
  trafficBefore: z.number(),
});

const evidence = z.object({
  statement: z.string(),
  valid: z.boolean(),
  validSince: z.string(),
  trafficScans: z.number(),
  isExact: z.boolean().nullish(),
  isToldApart: z.boolean().nullish(),
  verifiedAt: z.string().nullish(),
  recorded: recorded.nullish(),
  found: found.nullish(),
  queries: z.array(
    z.object({
      name: z.string(),
      usesIndex: z.boolean(),
      planType: z.string().nullable(),
      executionMs: z.number().nullish(),
      beforeMs: z.number().nullish(),
      timedOut: z.boolean().nullish(),
      indexRows: z.number().nullish(),
    }),
  ),
});

const planTypes = z.array(z.enum(PLAN_TYPES)).min(1, issueMessage("is empty", "leave it out"));
const milliseconds = z.number().positive();

/**
 * `PromotionGate` arguments.
 *
 * @internal
 */
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
    override: overrideSchema.optional(),
  })
  .transform(({ soak, ...rest }) => ({ ...rest, soak: soak.text, soakMs: soak.ms }));

/** @internal */
export type ParsedGate = z.output<typeof gateSchema>;
/** @internal */
export type GateInputs = z.input<typeof gateSchema>;
