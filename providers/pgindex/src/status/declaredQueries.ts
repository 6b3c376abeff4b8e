import { z } from "zod";

const EXPORTED = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          inputs: z.looseObject({ serves: z.array(z.unknown()).optional().catch([]) }).optional(),
        }),
      )
      .optional(),
  }),
});

/** The queries that each index of a stack serves, by its URN; none where they are secret. */
export function serves(exported: unknown): ReadonlyMap<string, readonly unknown[]> {
  const { resources = [] } = EXPORTED.parse(exported).deployment;
  return new Map(resources.map(({ urn, inputs }) => [urn, inputs?.serves ?? []]));
}
