import { z } from "zod";
import { identifier } from "../declare/indexSchema";
import { loadParser } from "../input/expression";
import { issueMessage, type Parsed, parseWith } from "../input/parse";
import type { QueryMeasurement } from "../measure/measurement";
import { servedQueriesSchema } from "../measure/servedQueries";
import type { VerificationRequest } from "./verification";

/** What to do about an expectation that is not met. */
export type Severity = "warning" | "error";

/** A `Verification` as declared: valid input. */
export interface DesiredVerification extends VerificationRequest {
  readonly onFailedExpectation: Severity;
}

/** Outputs of the `Index` come as they are: another resource of ours made them. */
const verificationSchema = z.strictObject({
  schema: identifier,
  table: identifier,
  name: identifier,
  definition: z.unknown(),
  builtAt: z.unknown(),
  validSince: z.unknown(),
  before: z.custom<readonly QueryMeasurement[]>().nullish(),
  queries: servedQueriesSchema,
  searchPath: z.array(identifier).optional(),
  onFailedExpectation: z
    .enum(["warning", "error"], {
      error: () => issueMessage("is neither of the two", 'write "warning" or "error"'),
    })
    .default("warning"),
});

/**
 * The inputs of a `Verification`, which its outputs repeat: a refresh is given nothing else to
 * measure by.
 */
const INPUTS = [
  "schema",
  "table",
  "name",
  "definition",
  "builtAt",
  "validSince",
  "before",
  // Of the same name as the input, so that Pulumi encrypts it where the input is secret.
  "served",
  "searchPath",
  "onFailedExpectation",
] as const;

/**
 * What of a `Verification`'s inputs or outputs are its inputs: what {@link parseVerification}
 * takes.
 */
export function verificationInputs(
  of: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const set = INPUTS.filter((key) => of[key] !== undefined);
  return Object.fromEntries(set.map((key) => [key, of[key]]));
}

/** Parses the inputs of a `Verification`. `served` is what the program calls `queries`. */
export async function parseVerification(
  raw: Readonly<Record<string, unknown>>,
): Promise<Parsed<DesiredVerification>> {
  await loadParser();
  const { served, ...rest } = raw;
  const parsed = parseWith(verificationSchema, { ...rest, queries: served ?? [] });
  if (parsed.kind !== "ok") return parsed;
  const { schema, table, name, queries, before, searchPath, onFailedExpectation } = parsed.value;
  return {
    kind: "ok",
    value: {
      schema,
      table,
      name,
      queries,
      before: before ?? [],
      searchPath: searchPath ?? [...new Set([schema, "public"])],
      onFailedExpectation,
    },
  };
}
