import { z } from "zod";

/** A query an index serves, as last measured. */
export interface QueryHealth {
  name: string;
  /** How the plan reads the table; null if nothing was run. */
  planType: string | null;
  usesIndex: boolean;
  /** Milliseconds; null if nothing was run. */
  executionMs: number | null;
  /** Milliseconds before the build; null if nothing was measured then. */
  beforeMs: number | null;
  /** How many times faster than before the build. */
  ratio: number | null;
}

/** A declared index, as the database has it. */
export interface IndexHealth {
  schema: string;
  name: string;
  table: string;
  state: "valid" | "building" | "invalid" | "drifted" | "missing";
  /** What is wrong with it, in words; null if nothing. */
  drift: string | null;
  sizeBytes: number | null;
  /** `idx_scan`, on the server we asked. */
  scans: number | null;
  /** ISO 8601; null before PostgreSQL 16. */
  lastScan: string | null;
  /** ISO 8601; null if it was adopted. */
  builtAt: string | null;
  queries: QueryHealth[];
}

/** A build that runs now. */
export interface BuildHealth {
  /** `schema.index`; null if the role cannot see it. */
  index: string | null;
  phase: string | null;
  seconds: number;
  blockedBy: number;
}

/**
 * The response of `/api/admin/migration-health`: names, states, counts and times, but no
 * statements, row values or secrets.
 *
 * `failing` (503): an index is INVALID or missing, the stack has none, or the database cannot be
 * queried. `degraded` (200): an index was redefined from outside, or the
 * state could not be read afresh. `building` (200): an index is
 * being built. `ok` (200): every index is valid and as declared.
 */
export interface MigrationHealth {
  status: "ok" | "building" | "degraded" | "failing";
  /** When the database was queried, by this machine's clock, ISO 8601. */
  checkedAt: string;
  /** When the queries were last measured, ISO 8601; null if not since this process started. */
  measuredAt: string | null;
  stack: string;
  indexes: IndexHealth[];
  builds: BuildHealth[];
  /**
   * Why it fails: the indexes that are lost, or that the database could not be queried; or why the
   * state is not the newest. Null if nothing is wrong.
   */
  problem: string | null;
}

const query = z.object({
  name: z.string(),
  planType: z.string().nullable(),
  usesIndex: z.boolean(),
  executionMs: z.number().nullable(),
  beforeMs: z.number().nullable(),
  ratio: z.number().nullable(),
}) satisfies z.ZodType<QueryHealth>;

const index = z.object({
  schema: z.string(),
  name: z.string(),
  table: z.string(),
  state: z.enum(["valid", "building", "invalid", "drifted", "missing"]),
  drift: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  scans: z.number().nullable(),
  lastScan: z.string().nullable(),
  builtAt: z.string().nullable(),
  queries: z.array(query),
}) satisfies z.ZodType<IndexHealth>;

const build = z.object({
  index: z.string().nullable(),
  phase: z.string().nullable(),
  seconds: z.number(),
  blockedBy: z.number().int(),
}) satisfies z.ZodType<BuildHealth>;

/** {@link MigrationHealth} as a schema. */
export const healthSchema = z.object({
  status: z.enum(["ok", "building", "degraded", "failing"]),
  checkedAt: z.string(),
  measuredAt: z.string().nullable(),
  stack: z.string(),
  indexes: z.array(index),
  builds: z.array(build),
  problem: z.string().nullable(),
}) satisfies z.ZodType<MigrationHealth>;

/**
 * Checks a value, such as a response's JSON, without the names of zod's types: a program needs none
 * of them to compile.
 */
export interface Schema<T> {
  /** Returns the value; throws an error with all that does not fit. */
  parse(value: unknown): T;
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { message: string } };
}
