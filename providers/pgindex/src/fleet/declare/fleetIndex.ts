import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import type { ParsedQuery } from "../../engine/measure/servedQueries";

/** An index of the fleet, and the queries that it serves. */
export interface FleetIndex {
  readonly desired: DesiredIndex;
  readonly queries: readonly ParsedQuery[];
  /** The queries as written. */
  readonly serves: readonly unknown[];
}

/** The arguments of an index, whatever was written; its schema can be that of the target. */
export function declaredInputs(
  raw: unknown,
  { schema }: { readonly schema?: string | undefined } = {},
): Readonly<Record<string, unknown>> {
  const written = typeof raw === "object" && raw !== null ? raw : { columns: raw };
  return { ...(schema !== undefined && { schema }), ...written };
}
