import { z } from "zod";

const query = z.object({
  name: z.string(),
  /** How the plan reads the table; null when nothing was run. */
  planType: z.string().nullable(),
  usesIndex: z.boolean(),
  /** Milliseconds; null when nothing was run. */
  executionMs: z.number().nullable(),
  /** Milliseconds before the build; null when nothing was measured then. */
  beforeMs: z.number().nullable(),
  /** How many times faster than before the build. */
  ratio: z.number().nullable(),
});

const index = z.object({
  schema: z.string(),
  name: z.string(),
  table: z.string(),
  state: z.enum(["valid", "building", "invalid", "drifted", "missing"]),
  /** What is wrong with it, in words. */
  drift: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  /** `idx_scan`, on the server that was asked. */
  scans: z.number().nullable(),
  /** ISO 8601; null before PostgreSQL 16. */
  lastScan: z.string().nullable(),
  /** ISO 8601; null when it was adopted. */
  builtAt: z.string().nullable(),
  queries: z.array(query),
});

const build = z.object({
  /** `schema.index`; null where the role may not see it. */
  index: z.string().nullable(),
  phase: z.string().nullable(),
  seconds: z.number(),
  blockedBy: z.number().int(),
});

/**
 * What `/api/admin/migration-health` answers. Names, states, counts and times: no statement, no
 * value of a row, no secret.
 *
 * `failing` (503): an index is INVALID or not there, or the database cannot be asked. `degraded`
 * (200): one was redefined outside. `building` (200): one is being built now. `ok` (200): every one
 * is valid and as declared.
 */
export const migrationHealthSchema = z.object({
  status: z.enum(["ok", "building", "degraded", "failing"]),
  /** When the database was asked, by this machine's clock, ISO 8601. */
  checkedAt: z.string(),
  /** When the queries were measured last; null when they have not been since the start. */
  measuredAt: z.string().nullable(),
  stack: z.string(),
  indexes: z.array(index),
  builds: z.array(build),
  /** Why the database could not be asked; null when it was. */
  problem: z.string().nullable(),
});

/** See {@link migrationHealthSchema}. */
export type MigrationHealth = z.infer<typeof migrationHealthSchema>;
export type QueryHealth = z.infer<typeof query>;
