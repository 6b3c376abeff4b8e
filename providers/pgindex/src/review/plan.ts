import { z } from "zod";
import { lookRecordSchema } from "./lookRecord";

/** The layout of a plan. A file of another one is refused. */
export const FORMAT_VERSION = 1;

/** What Pulumi does with a resource; "unknown" where it stopped before it came to know. */
export const ACTIONS = ["create", "update", "replace", "delete", "same", "unknown"] as const;

const actionSchema = z.enum(ACTIONS);

/** Where the program declares it, below the folder of Pulumi.yaml. */
const sourceSchema = z.strictObject({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
});

/** What the drop of an index does, which no preview of Pulumi asks a provider for. */
const dropSchema = z.strictObject({
  does: z.enum(["drop", "keep", "refuse", "nothing"]),
  text: z.string().describe("what goes, with its size, scans and builder, or why it stays"),
});

const indexSchema = lookRecordSchema.extend({
  name: z.string().describe("the resource's name in the program"),
  action: actionSchema,
  drop: dropSchema.optional().describe("of the index that is deleted or replaced"),
  source: sourceSchema.optional(),
});

/** What a reviewer is shown of a change, and what `pulumi up` can be held to. Plain JSON. */
export const planSchema = z.strictObject({
  format: z.literal("pgindex-plan"),
  formatVersion: z.literal(FORMAT_VERSION),
  pgindex: z.string().describe("the version of pulumi-pgindex that made it"),
  madeAt: z.string().describe("ISO 8601"),
  project: z.string(),
  stack: z.string(),
  command: z.enum(["up", "destroy"]),
  isComplete: z
    .boolean()
    .describe("false where Pulumi stopped at an error, so that resources can be missing"),
  indexes: z.array(indexSchema),
  others: z
    .array(
      z.strictObject({ urn: z.string(), type: z.string(), name: z.string(), action: actionSchema }),
    )
    .describe("resources of pgindex that are no index"),
});

export type Plan = Readonly<z.infer<typeof planSchema>>;
export type PlannedIndex = Plan["indexes"][number];
export type Action = (typeof ACTIONS)[number];
