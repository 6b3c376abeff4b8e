import { z } from "zod";
import { fleetStatus } from "../rollout/status";

const query = z.object({
  name: z.string(),
  planType: z.string().nullable(),
  usesIndex: z.boolean(),
  executionMs: z.number().nullable(),
  beforeMs: z.number().nullable(),
  ratio: z.number().nullable().describe("how many times faster than before the build"),
  problems: z.array(z.string()).describe("what was expected of it, and is not so"),
});

const index = z.object({
  index: z.string(),
  valid: z.boolean(),
  adopted: z.boolean(),
  buildSeconds: z.number().nullable(),
  sizeBytes: z.number(),
  validSince: z.string(),
  trafficScans: z.number().nullable(),
  queries: z.array(query),
});

const target = z.object({
  target: z.string(),
  wave: z.string(),
  server: z.string(),
  state: z.enum(["waiting", "running", "done", "failed", "left"]),
  problem: z.string().nullable(),
  attempts: z.int(),
  seconds: z.number().nullable(),
  indexes: z.array(index),
});

const outlier = z.object({
  target: z.string(),
  index: z.string(),
  what: z.enum(["build", "size", "query"]),
  text: z.string(),
});

const missing = z.object({ target: z.string(), text: z.string() });

/** What `pgindex fleet report --json` prints. */
export const fleetReport = z.object({
  status: fleetStatus,
  writtenAt: z.iso.datetime(),
  targets: z.array(target),
  outliers: z.array(outlier).describe("what is much more than in the other databases"),
  missing: z.array(missing).describe("what is not done, not valid, or not as expected"),
});

export type FleetReport = z.infer<typeof fleetReport>;
export type ReportedTarget = z.infer<typeof target>;
export type ReportedQuery = z.infer<typeof query>;
export type Outlier = z.infer<typeof outlier>;
export type Missing = z.infer<typeof missing>;
export type ReportedIndex = z.infer<typeof index>;
