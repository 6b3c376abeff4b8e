import { z } from "zod";

const query = z.object({
  name: z.string(),
  /** How the plan reads the table; null if nothing was run. */
  planType: z.string().nullable(),
  usesIndex: z.boolean(),
  /** Milliseconds; null if nothing was run. */
  executionMs: z.number().nullable(),
  /** Milliseconds before the build; null if nothing was measured then. */
  beforeMs: z.number().nullable(),
  /** How many times faster than before the build. */
  ratio: z.number().nullable(),
});

const index = z.object({
  schema: z.string(),
  name: z.string(),
  table: z.string(),
  state: z.enum(["valid", "building", "invalid", "drifted", "missing"]),
  /** What is wrong with it, in words; null if nothing. */
  drift: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  /** `idx_scan`, on the server we asked. */
  scans: z.number().nullable(),
  /** ISO 8601; null before PostgreSQL 16. */
  lastScan: z.string().nullable(),
  /** ISO 8601; null if it was adopted. */
  builtAt: z.string().nullable(),
  queries: z.array(query),
});

const build = z.object({
  /** `schema.index`; null if the role cannot see it. */
  index: z.string().nullable(),
  phase: z.string().nullable(),
  seconds: z.number(),
  blockedBy: z.number().int(),
});

/**
 * The response of `/api/admin/migration-health`: names, states, counts and times, but no
 * statements, row values or secrets.
 *
 * `failing` (503): an index is INVALID or missing, the stack has none, or the database cannot be
 * queried. `degraded` (200): an index was redefined from outside. `building` (200): an index is
 * being built. `ok` (200): every index is valid and as declared.
 */
export const migrationHealthSchema = z.object({
  status: z.enum(["ok", "building", "degraded", "failing"]),
  /** When the database was queried, by this machine's clock, ISO 8601. */
  checkedAt: z.string(),
  /** When the queries were last measured, ISO 8601; null if not since this process started. */
  measuredAt: z.string().nullable(),
  stack: z.string(),
  indexes: z.array(index),
  builds: z.array(build),
  /** Why the database could not be queried, or says nothing; null otherwise. */
  problem: z.string().nullable(),
});

/** The response of the endpoint; see {@link migrationHealthSchema}. */
export type MigrationHealth = z.infer<typeof migrationHealthSchema>;
/** A query an index serves, as last measured. */
export type QueryHealth = z.infer<typeof query>;
