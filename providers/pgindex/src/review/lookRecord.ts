import { z } from "zod";
import { factsSchema } from "../engine/hazards/facts";
import { judgedHazardSchema } from "../engine/hazards/hazard";

const databaseSchema = z.strictObject({
  systemIdentifier: z.string().nullable(),
  oid: z.number(),
  name: z.string(),
  branch: z.string().optional(),
  serverVersion: z.number().int().describe("server_version_num"),
});

const indexPlace = z.strictObject({
  schema: z.string(),
  name: z.string(),
  table: z.string(),
});

/** See engine/foresight/foreseen.ts. */
const foreseenSchema = z.strictObject({
  isSiblings: z.boolean().describe("it belongs to another resource of the stack"),
  steps: z.array(
    z.strictObject({
      kind: z.enum(["adopt", "build", "reindex", "analyze", "drop", "alter"]),
      why: z.string(),
      sql: z.array(z.string()).describe("the statements, in order"),
      drops: z.array(z.number()).describe("OIDs of the indexes that are gone after it"),
      onPartition: z.boolean(),
    }),
  ),
});

const planSummary = z.strictObject({
  planType: z.string().nullable(),
  index: z.string().nullable(),
  usesIndex: z.boolean(),
  cost: z.number(),
  rows: z.number(),
});

const hypothetical = planSummary.pick({ planType: true, usesIndex: true, cost: true });

/** The plans of the queries that the index serves: see engine/twin/foretell.ts. */
const foretoldSchema = z.strictObject({
  queries: z.array(
    z.union([
      z.strictObject({
        name: z.string(),
        present: planSummary,
        foretold: planSummary,
        withoutRedundant: planSummary.optional(),
        alike: z
          .tuple([z.number(), z.number()])
          .describe("of how many sets of values the plan is this one, and how many there were"),
        hypothetical: hypothetical.optional(),
      }),
      z.strictObject({
        name: z.string(),
        unknown: z.string().describe("why nothing could be foretold"),
      }),
    ]),
  ),
  bytes: z.number().describe("of the index, all partitions together"),
  redundant: z
    .array(z.strictObject({ schema: z.string(), name: z.string(), bytes: z.number() }))
    .describe("indexes that the new one makes redundant"),
  sureness: z.strictObject({ isSure: z.boolean(), doubts: z.array(z.string()) }),
});

/**
 * What became of the look: the index was looked at; its change was refused; nobody could look; or
 * the resource says that nobody should.
 */
export const OUTCOMES = ["looked", "refused", "couldNotLook", "notAsked"] as const;

/** What the provider has seen of one resource, without secrets and without values of rows. */
export const lookRecordSchema = z.strictObject({
  urn: z.string(),
  outcome: z.enum(OUTCOMES),
  code: z.string().optional().describe("of the hazard for which it was refused"),
  reason: z.string().optional().describe("why it was refused, or could not be looked at"),
  index: indexPlace.optional(),
  database: databaseSchema.optional(),
  statement: z.string().optional().describe("the statement that creates the index"),
  canonical: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("the declaration as the server spells it"),
  facts: factsSchema.optional().describe("what runs, and what a reviewer weighs"),
  hazards: z.array(judgedHazardSchema).describe("with what the policy has made of each"),
  heldTo: foreseenSchema.optional().describe("what pulumi up may do, and no more"),
  plans: foretoldSchema.optional(),
});

export type LookRecord = Readonly<z.infer<typeof lookRecordSchema>>;
