import { z } from "zod";

/** What the commands print with `--json`; `--json-schema` prints these as JSON Schema. */

const couldNotLook = z.strictObject({ couldNotLook: z.string().describe("why, and what to do") });

const share = z.number().describe("of what the whole workload costs, from 0 to 1");

const step = z.strictObject({
  planType: z.string().nullable().describe("how the table is read; null if it is not"),
  index: z.string().nullable(),
  cost: z.number().describe("of the whole statement, in the planner's units"),
});

const evidence = z.strictObject({
  name: z.string(),
  origin: z.string().describe('"queryid 42" or "line 7"'),
  sql: z.string(),
  calls: z.number(),
  meanMs: z.number().nullable().describe("milliseconds; null if nobody has measured"),
  timeShare: z.number().nullable().describe("of the time of the whole workload, from 0 to 1"),
  before: step,
  after: step,
});

const proposal = z.strictObject({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  declaration: z.record(z.string(), z.unknown()).describe("the arguments of an Index"),
  sizeBytes: z.number().describe("as reckoned from the statistics"),
  gain: share.describe("what reads save, where the other proposals stand already"),
  price: share.describe("what writes pay"),
  redundant: z.array(z.string()).describe("indexes that it leaves without a query of their own"),
  queries: z.array(evidence),
});

export const adviseOutput = z.union([
  z.strictObject({
    source: z.string(),
    statements: z.number().describe("that were planned"),
    skipped: z.record(z.string(), z.number()),
    unplanned: z.array(z.strictObject({ origin: z.string(), reason: z.string() })),
    proposals: z.array(proposal),
    notWorth: z
      .array(
        z.strictObject({
          ...{ schema: z.string(), table: z.string(), columns: z.array(z.string()) },
          ...{ gain: share, price: share },
        }),
      )
      .describe("indexes for which writes would pay more than reads gain"),
    doubts: z.array(z.string()),
  }),
  couldNotLook,
]);

const standing = {
  schema: z.string(),
  name: z.string(),
  table: z.string(),
  sizeBytes: z.number(),
  definition: z.string(),
  owner: z.string().nullable().describe("the resource that manages it: project/stack, name"),
};

const unused = z.strictObject({
  ...standing,
  scans: z.number(),
  measuredScans: z.number().nullable().describe("of its table, by measurements of pgindex"),
  lastScan: z.string().nullable().describe("ISO 8601; null before PostgreSQL 16 or without any"),
  neededFor: z.string().nullable(),
  foreignKeys: z.array(z.string()),
  hasExpression: z.boolean().describe("without it the planner loses the expression's statistics"),
});

export const unusedOutput = z.union([
  z.strictObject({
    unused: z.array(unused),
    unclear: z.array(unused).describe("whose scans may all have been measurements of pgindex"),
    needed: z.array(unused).describe("without a scan, and needed all the same"),
    servers: z.array(z.strictObject({ name: z.string(), countersSince: z.string() })),
    doubts: z.array(z.string()),
  }),
  couldNotLook,
]);

export const redundantOutput = z.union([
  z.strictObject({
    redundant: z.array(
      z.strictObject({
        ...standing,
        how: z.enum(["same", "covered"]),
        by: z.strictObject({ schema: z.string(), name: z.string(), definition: z.string() }),
      }),
    ),
  }),
  couldNotLook,
]);
