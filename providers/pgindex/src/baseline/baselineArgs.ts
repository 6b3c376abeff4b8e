import { z } from "zod";
import { type Parsed, parseWith, toDesired } from "../engine/args";
import { loadParser } from "../engine/fragments";
import type { DesiredIndex } from "../engine/model";
import { identifier, indexSchema } from "../engine/schemas";

/** A migration that is to be marked as applied: valid input. */
export interface DesiredBaseline {
  readonly tag: string;
  readonly hash: string;
  readonly createdAt: number;
  readonly previousAt: number | null;
  readonly migrationsSchema: string;
  readonly migrationsTable: string;
  readonly indexes: readonly DesiredIndex[];
}

const baselineSchema = z.strictObject({
  tag: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.number().int(),
  previousAt: z.number().int().nullable(),
  migrationsSchema: identifier.default("drizzle"),
  migrationsTable: identifier.default("__drizzle_migrations"),
  indexes: z.array(indexSchema),
});

/** Parses the inputs of a `DrizzleBaseline`, which its class has read from the migration. */
export async function parseBaseline(raw: unknown): Promise<Parsed<DesiredBaseline>> {
  await loadParser();
  // Pulumi leaves out what is null.
  const parsed = parseWith(baselineSchema, { previousAt: null, ...(raw as object) });
  if (parsed.kind !== "ok") return parsed;
  const { indexes, ...rest } = parsed.value;
  return { kind: "ok", value: { ...rest, indexes: indexes.map(toDesired) } };
}
