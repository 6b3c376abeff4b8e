import { z } from "zod";

const bytes = z.number().nonnegative();
const seconds = z.number().nonnegative();

/** A step of the plan, as plain data. */
export const stepFactsSchema = z.strictObject({
  kind: z.enum(["adopt", "build", "reindex", "analyze", "drop", "alter"]),
  why: z.string(),
  statements: z.array(z.string()),
  /** What it locks, and who waits; null where nothing runs. */
  locks: z.string().nullable(),
  /** For how long: null where that is milliseconds, or not known. */
  lockedSeconds: seconds.nullable(),
  warning: z.string().optional(),
});

export type StepFacts = Readonly<z.infer<typeof stepFactsSchema>>;

/** What a reviewer weighs, as plain data: of one index, when it was looked at. */
export const factsSchema = z.strictObject({
  /** `server_version_num` */
  serverVersion: z.number().int(),
  database: z.strictObject({
    systemIdentifier: z.string().nullable(),
    oid: z.number(),
    name: z.string(),
    branch: z.string().optional(),
  }),
  /** The index, by its declared name. */
  index: z.strictObject({ schema: z.string(), name: z.string() }),
  table: z.strictObject({
    schema: z.string(),
    name: z.string(),
    /** As VACUUM or ANALYZE left them; null before the first one. */
    rows: z.number().nullable(),
    sizeBytes: bytes,
  }),
  steps: z.array(stepFactsSchema),
  /** Settings of the sessions that build, over the server's own. */
  buildSettings: z.record(z.string(), z.string()),
  /** What is written to the table; absent where nothing is built. */
  traffic: z
    .strictObject({
      /** Null where it is not known since when the counters count. */
      writesPerSecond: z.number().nullable(),
      /** How many of the updates are heap-only; null without updates. */
      hotShare: z.number().min(0).max(1).nullable(),
    })
    .optional(),
  /** What the build needs; absent where nothing is built, or nobody knows. */
  needs: z
    .strictObject({
      indexBytes: bytes,
      /** What the size rests on. */
      sizeBasis: z.string(),
      /** The index, and files of its sort. */
      diskBytes: bytes,
      walBytes: bytes,
    })
    .optional(),
  /** How long the build will take, waits aside. */
  build: z
    .strictObject({
      seconds,
      /** It is expected within these. */
      least: seconds,
      most: seconds,
      basis: z.string(),
    })
    .optional(),
});

export type Facts = Readonly<z.infer<typeof factsSchema>>;
