import { z } from "zod";
import type { RecordedForm } from "../compare/recordedForm";
import { identifier } from "../declare/indexSchema";
import { loadParser } from "../input/expression";
import { issueMessage, type Parsed, parseWith } from "../input/parse";
import type { QueryMeasurement } from "../measure/measurement";
import { servedQueriesSchema } from "../measure/servedQueries";
import type { VerificationRequest } from "./verification";

/** How to report an unmet expectation. */
export type Severity = "warning" | "error";

/** The validated input of a `Verification`. */
export interface DesiredVerification extends VerificationRequest {
  readonly onFailedExpectation: Severity;
}

/**
 * The outputs of the `Index` are not validated: our own resource produced them.
 *
 * @internal
 */
export const verificationSchema = z.strictObject({
  schema: identifier.describe("`schema` of the index."),
  table: identifier.describe("`table` of the index."),
  name: identifier.describe("`name` of the index."),
  definition: z.unknown().describe("`definition` of the index: another one is measured again."),
  builtAt: z
    .unknown()
    .optional()
    .describe("`builtAt` of the index: another build is measured again."),
  validSince: z.unknown().describe("`validSince` of the index."),
  before: z
    .custom<readonly QueryMeasurement[]>()
    .nullish()
    .describe("`before` of the index: what the queries took without it."),
  canonical: z
    .custom<RecordedForm>()
    .nullish()
    .describe("`canonical` of the index: by it the one that is there is told from another."),
  queries: servedQueriesSchema,
  searchPath: z.array(identifier).optional(),
  onFailedExpectation: z
    .enum(["warning", "error"], {
      error: () => issueMessage('is neither "warning" nor "error"', 'write "warning" or "error"'),
    })
    .default("warning"),
});

/** A `Verification`'s inputs. Its outputs repeat them, because a refresh receives only outputs. */
const INPUTS = [
  "schema",
  "table",
  "name",
  "definition",
  "builtAt",
  "validSince",
  "before",
  "canonical",
  // Has the same name as the input, so Pulumi encrypts it when the input is secret.
  "served",
  "searchPath",
  "onFailedExpectation",
] as const;

/** Picks the inputs for {@link parseVerification} from a `Verification`'s inputs or outputs. */
export function verificationInputs(
  of: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const set = INPUTS.filter((key) => of[key] !== undefined);
  return Object.fromEntries(set.map((key) => [key, of[key]]));
}

/** Parses the inputs of a `Verification`. The program's `queries` are called `served` here. */
export async function parseVerification(
  raw: Readonly<Record<string, unknown>>,
): Promise<Parsed<DesiredVerification>> {
  await loadParser();
  const { served, ...rest } = raw;
  const parsed = parseWith(verificationSchema, { ...rest, queries: served ?? [] });
  if (parsed.kind !== "ok") return parsed;
  const { schema, table, name, queries, before, searchPath, onFailedExpectation } = parsed.value;
  const { canonical, builtAt } = parsed.value;
  return {
    kind: "ok",
    value: {
      schema,
      table,
      name,
      queries,
      before: before ?? [],
      isBuilt: typeof builtAt === "string",
      ...(canonical && { canonical }),
      searchPath: searchPath ?? [...new Set([schema, "public"])],
      onFailedExpectation,
    },
  };
}
